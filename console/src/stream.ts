import { signal } from '@preact/signals'
import { refusalOf } from './api.ts'

const FIRST_MS = 1_000
const LONGEST_MS = 30_000

/** What the PNS said when it refused a stream; a page may be one of too many. */
export const refusal = signal<string | undefined>(undefined)

/**
 * Hears the events of `path` while somebody looks at the page, until it is called off: a browser has six connections for all tabs of
 * an address. It comes back by itself after a break; after a refusal it is asked for again, more and more seldom.
 */
export function follow(path: string, heard: Record<string, (data: unknown) => void>, lost: () => void = () => {}): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let waitMs = FIRST_MS

  function close(): void {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }

  async function failed(): Promise<void> {
    lost()
    if (source?.readyState !== EventSource.CLOSED) return
    timer = setTimeout(open, waitMs)
    waitMs = Math.min(2 * waitMs, LONGEST_MS)
    refusal.value = await refusalOf(path)
  }

  function open(): void {
    close()
    if (document.visibilityState === 'hidden') return
    source = new EventSource(path)
    for (const [event, hear] of Object.entries(heard)) {
      source.addEventListener(event, ({ data }) => {
        waitMs = FIRST_MS
        refusal.value = undefined
        hear(JSON.parse(data))
      })
    }
    source.addEventListener('error', () => void failed())
  }

  document.addEventListener('visibilitychange', open)
  open()
  return () => {
    document.removeEventListener('visibilitychange', open)
    close()
  }
}
