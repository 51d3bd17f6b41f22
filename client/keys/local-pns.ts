import type { Patience } from '../clock.ts'
import { ask, isDown } from '../commands/ask.ts'
import { CommandFailed } from '../commands/command.ts'
import { addressOf } from '../listen.ts'
import type { Settings } from '../load-settings.ts'
import { idOf } from './key-file.ts'

/** Longer than a request to the relay can take. */
const OLD_ENDS_WITHIN_MS = 40_000
const AGAIN_MS = 100

type Health = { relay: { keyIds?: string[] } }

/**
 * Has the running PNS read these settings anew, and waits until nothing of it signs with another key than theirs. Says
 * `not running` if there is none. Throws `CommandFailed`.
 */
export async function reloadPns(settings: Settings, { monotonic, sleep }: Patience): Promise<'reloaded' | 'not running'> {
  const url = addressOf(settings.listen)
  const deadline = monotonic() + OLD_ENDS_WITHIN_MS
  try {
    await ask({ pns: url }, { method: 'POST', path: '/confreload' }, settings.localToken)
    for (;;) {
      const { relay } = await ask<Health>({ pns: url }, { method: 'GET', path: '/health' }, settings.localToken)
      const { keyIds = [] } = relay
      const signs = keyIds.includes(idOf(settings.key))
      if (signs && keyIds.length === 1) return 'reloaded'
      if (!signs || monotonic() > deadline) {
        throw new CommandFailed(1, `The PNS at ${url} signs with another key (${keyIds.join(', ')}): restart it.`)
      }
      await sleep(AGAIN_MS)
    }
  } catch (error) {
    // Any other failure may be of a PNS that still signs with the old key.
    if (isDown(error)) return 'not running'
    throw error
  }
}
