import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const BLOCK = 4096

/** Takes all that is left of the disk, to the last block. */
export function fillDisk(dir: string): void {
  const file = openSync(join(dir, 'filler'), 'a')
  const zeros = Buffer.alloc(256 * BLOCK)
  try {
    for (;;) writeSync(file, zeros)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
}

export const freeDisk = (dir: string): void => rmSync(join(dir, 'filler'), { force: true })
