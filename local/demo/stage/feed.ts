import type { ServerResponse } from 'node:http'

/** Changes of so many milliseconds go in one event. */
const GATHER_MS = 100
/** Who reads so much more slowly than it is written is cut off, and comes back. */
const UNREAD_BYTES = 1024 * 1024

export type Feed = { changed: () => void; join: (response: ServerResponse) => void }

/**
 * What pages hear, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): all of it at first,
 * and again when it has changed.
 */
export function createFeed(event: string, show: () => object): Feed {
  const viewers = new Set<ServerResponse>()
  let gathering = false
  const message = () => `event: ${event}\ndata: ${JSON.stringify(show())}\n\n`

  function tell(): void {
    gathering = false
    const text = message()
    for (const viewer of viewers) {
      viewer.write(text)
      if (viewer.writableLength > UNREAD_BYTES) viewer.destroy()
    }
  }

  return {
    changed: () => {
      if (gathering || viewers.size === 0) return
      gathering = true
      setTimeout(tell, GATHER_MS).unref()
    },
    join: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
      response.write(`retry: 1000\n${message()}`)
      viewers.add(response)
      response.once('close', () => viewers.delete(response))
    },
  }
}
