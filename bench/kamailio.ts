import { join } from 'node:path'
import { openNamespace } from '../test/real/namespace.ts'
import { inTemporaryDir } from './pns-process.ts'
import type { Row } from './row.ts'

const WORKER = join(import.meta.dirname, 'kamailio-worker.ts')

/** The SIP gateway with a real Kamailio, which must be installed, on a loopback of its own. Needs root. */
export const benchKamailio = (): Promise<Row[]> =>
  inTemporaryDir(async (dir) => {
    const namespace = await openNamespace()
    try {
      return JSON.parse(await namespace.run([process.execPath, WORKER, dir]))
    } finally {
      await namespace.close()
    }
  })
