import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a new file: all of it or nothing, whatever happens meanwhile, and never over another (`EEXIST`). */
export function createFile(path: string, text: string, mode: number): void {
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, text, { mode, flag: 'wx', flush: true })
    linkSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
  flushFolder(path)
}

/** New names in a folder survive a power cut only when this returns. */
export function flushFolder(path: string): void {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
