import { join } from 'node:path'
import { installAsterisk } from '../test/real/asterisk.ts'
import { openNamespace } from '../test/real/namespace.ts'
import { inTemporaryDir } from './pns-process.ts'
import type { Row } from './row.ts'

const WORKER = join(import.meta.dirname, 'asterisk-worker.ts')

/** The dial application with a real Asterisk, which it fetches the first time, on a loopback of their own. Needs root. */
export const benchAsterisk = (): Promise<Row[]> =>
  inTemporaryDir(async (dir) => {
    const root = await installAsterisk()
    const namespace = await openNamespace()
    try {
      return JSON.parse(await namespace.run([process.execPath, WORKER, root, dir]))
    } finally {
      await namespace.close()
    }
  })
