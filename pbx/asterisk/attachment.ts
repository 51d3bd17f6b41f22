import type { Logger } from 'pino'
import type { Application } from './application.ts'
import { EVENT_TYPES, readEvent } from './ari/events.ts'
import type { Ari, AriPlace } from './ari/rest.ts'
import { openStream } from './ari/stream.ts'
import { assertVersion } from './faults.ts'

/** `ended` says why no event comes any more: the connection was lost, or another program has taken the name. */
export type Attachment = { ended: Promise<'lost' | 'replaced'>; close: () => void }

/** One connection to Asterisk: from when the calls are in step with it until it ends. Rejects if it cannot be made. */
export async function attach(place: AriPlace, ari: Ari, application: Application, log: Logger): Promise<Attachment> {
  assertVersion(await ari.info(), place)
  let replaced = false
  let early: string[] | undefined = []

  function handle(text: string): void {
    const event = readEvent(text)
    if (event === undefined) return
    if ('fault' in event) log.warn({ fault: event.fault }, 'an event that is not understood')
    else if (event.type === 'ApplicationReplaced') yieldName()
    else if (!replaced) application.handle(event)
  }

  /** Asterisk leaves the connection open that it sends nothing to any more. */
  function yieldName(): void {
    replaced = true
    stream.close()
  }

  // What comes before the calls are in step with Asterisk is handled after.
  const stream = await openStream(place, (text) => (early ? void early.push(text) : handle(text)))
  try {
    await ari.subscribe(EVENT_TYPES)
    await application.reconcile()
  } catch (error) {
    stream.close()
    throw error
  }
  for (const text of early) handle(text)
  early = undefined
  return { ended: stream.closed.then(() => (replaced ? 'replaced' : 'lost')), close: stream.close }
}
