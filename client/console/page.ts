import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { FileAnswer } from '../answer.ts'
import { type CONSOLE_FILES, readAsset } from '../assets.ts'

type File = (typeof CONSOLE_FILES)[number]

const TYPES: Record<File, string> = {
  'index.html': 'text/html; charset=utf-8',
  'app.js': 'text/javascript; charset=utf-8',
  'app.css': 'text/css; charset=utf-8',
}

/** The page has nothing from elsewhere, and nobody else's page has it inside (https://www.w3.org/TR/CSP3/). */
const SAFE = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

const read = new Map<File, FileAnswer | undefined>()

export const isPageFile = (name: string): name is File => Object.hasOwn(TYPES, name)

/** A file of the built console; `undefined` where it has not been built. */
export function pageFile(file: File): FileAnswer | undefined {
  if (!read.has(file)) read.set(file, prepare(file))
  return read.get(file)
}

function prepare(file: File): FileAnswer | undefined {
  const content = readAsset(`console/dist/${file}`)
  if (!content) return undefined
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
  return {
    file: content,
    gzip: gzipSync(content),
    contentType: TYPES[file],
    headers: { ...SAFE, 'cache-control': 'no-cache', etag },
  }
}
