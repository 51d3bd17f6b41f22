import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getRawAsset, isSea } from 'node:sea'

/** The built console (console/vite.config.ts) is made of so many files. */
export const CONSOLE_FILES = ['index.html', 'app.js', 'app.css'] as const

/** All that the executable has inside. */
export const ASSETS = ['client/wakecall.sample.toml', ...CONSOLE_FILES.map((file) => `console/dist/${file}`)]

/** A file that came with wakecall, by its name from the root of the checkout: inside the executable an asset of it. */
export function readAsset(name: string): Buffer | undefined {
  if (isSea()) return rawAsset(name)
  const path = join(import.meta.dirname, '..', name)
  return existsSync(path) ? readFileSync(path) : undefined
}

function rawAsset(name: string): Buffer | undefined {
  try {
    return Buffer.from(getRawAsset(name) as ArrayBuffer)
  } catch {
    return undefined
  }
}
