import type { Ari, AriPlace } from './ari/rest.ts'
import { openStream } from './ari/stream.ts'

/** Who stands by has this name, and hears from the active one by user events. */
const nameOf = (application: string) => `${application}-standby`

const EVERY_MS = 1_000
const DEAD_AFTER_MS = 4_000

/** What the active one says every second, and when it stops. */
type Sign = 'alive' | 'leaves'

/**
 * Why one that stands by is to take over. `silent`: nothing was heard at all: who took the name died at once, or is no Wakecall.
 * `undefined` if it cannot tell, because its own connection ended.
 */
export type Vacancy = 'leaves' | 'dead' | 'silent' | undefined

/** The signs of life of the active one. */
export function createSigns(ari: Ari, pause: (ms: number) => Promise<unknown>) {
  let active = false

  /** Asterisk warns in its log of events to nobody. */
  async function give(sign: Sign): Promise<boolean> {
    const partner = nameOf(ari.application)
    if (!(await ari.hasApplication(partner))) return false
    return ari.userEvent(sign, partner).then(
      () => true,
      () => false,
    )
  }

  async function repeat(): Promise<void> {
    while (active) {
      await give('alive')
      await pause(EVERY_MS)
    }
  }

  return {
    begin(): void {
      if (active) return
      active = true
      void repeat()
    },
    end(): void {
      active = false
    },
    /** Says that this one stops; whether another has heard it, and will take over. */
    async leave(): Promise<boolean> {
      if (!active) return false
      active = false
      return give('leaves')
    },
  }
}

function readUserEvent(text: string): unknown {
  try {
    const event = JSON.parse(text) as { type?: string; eventname?: string } | null
    return event?.type === 'ChannelUserevent' ? event.eventname : undefined
  } catch {
    return undefined
  }
}

function signOf(text: string): Sign | undefined {
  const event = readUserEvent(text)
  return event === 'alive' || event === 'leaves' ? event : undefined
}

/** Stands by until the active one is gone, or `signal` ends it. Rejects as `openStream` does. */
export async function standBy(place: AriPlace, signal: AbortSignal): Promise<Vacancy> {
  const { promise, resolve } = Promise.withResolvers<Vacancy>()
  let heard = false
  const silence = setTimeout(() => resolve(heard ? 'dead' : 'silent'), DEAD_AFTER_MS)
  const stream = await openStream({ ...place, application: nameOf(place.application) }, (text) => {
    const sign = signOf(text)
    if (sign === 'leaves') resolve('leaves')
    if (sign === undefined) return
    heard = true
    silence.refresh()
  })
  void stream.closed.then(() => resolve(undefined))
  if (signal.aborted) resolve(undefined)
  signal.addEventListener('abort', () => resolve(undefined))
  return promise.finally(() => {
    clearTimeout(silence)
    stream.close()
  })
}
