import { signal } from '@preact/signals'
import type { ConsoleFacts } from '../../client/handlers/console.ts'
import { answerOf, notice } from './api.ts'
import { readClock } from './clock.ts'
import { TEXTS } from './texts.ts'

/** What this PNS is; `undefined` until it has said so. */
export const facts = signal<ConsoleFacts | undefined>(undefined)
/** Whether there are virtual phones: only `npm start` has them, and says so in a header. */
export const hasPhones = signal(false)

export async function learn(): Promise<void> {
  const response = await fetch('/console')
  readClock(response)
  hasPhones.value = response.headers.has('wakecall-phones')
  const fresh = await answerOf<ConsoleFacts>(response)
  if (facts.value && facts.value.version !== fresh.version) {
    notice.value = { kind: 'error', text: TEXTS.newVersion(fresh.version) }
  }
  facts.value = fresh
}
