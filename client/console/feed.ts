import type { CallRecord } from '../call-record.ts'

/** Changes of so many milliseconds go in one message. */
const GATHER_MS = 250
/** A proxy, or a page, that hears nothing for longer takes the connection for dead. */
const SILENCE_MS = 15_000
const SNAPSHOT = 200
const VIEWERS = 50

type Viewer = { send: (text: string) => void; end: () => void }

export type Feed = ReturnType<typeof createFeed>

const messageOf = (event: string, data: object): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

/**
 * What pages hear of calls, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the newest
 * ones at first, then every one that has changed. Each message is made once for all who listen; nobody listens at no cost.
 */
export function createFeed(newest: (count: number) => CallRecord[]) {
  const viewers = new Set<Viewer>()
  const changed = new Map<string, CallRecord>()
  let gathering: NodeJS.Timeout | undefined

  function tell(text: string): void {
    for (const { send } of viewers) send(text)
  }

  const silence = setInterval(() => tell(':\n\n'), SILENCE_MS).unref()

  function flush(): void {
    gathering = undefined
    tell(messageOf('calls', [...changed.values()]))
    changed.clear()
  }

  return {
    changed(record: CallRecord): void {
      if (viewers.size === 0) return
      changed.set(record.callId, record)
      gathering ??= setTimeout(flush, GATHER_MS).unref()
    },
    isFull: () => viewers.size >= VIEWERS,
    /** Gives what makes it listen no longer. */
    join(send: Viewer['send'], end: Viewer['end']): () => void {
      const viewer = { send, end }
      send(`retry: 1000\n${messageOf('snapshot', newest(SNAPSHOT))}`)
      viewers.add(viewer)
      return () => void viewers.delete(viewer)
    },
    /** Who may still look comes back by itself. */
    endAll(): void {
      for (const { end } of viewers) end()
    },
    close(): void {
      clearInterval(silence)
      clearTimeout(gathering)
      for (const { end } of viewers) end()
    },
  }
}
