import { signal } from '@preact/signals'

/** So much may the clocks of this computer and of the PNS differ before it is said. */
const NOTABLE_MS = 10_000

/** How far this computer's clock is behind the PNS's, in ms, to a second. */
const behindMs = signal(0)

/** The time by the PNS's clock, in ms since 1970: all times of calls are by it. */
export const pnsNow = (): number => Date.now() + behindMs.value

/** How far the clocks differ, in ms, if that is worth a word. */
export const differenceMs = (): number | undefined => (Math.abs(behindMs.value) > NOTABLE_MS ? behindMs.value : undefined)

/** Takes the PNS's clock from an answer that just came (https://www.rfc-editor.org/rfc/rfc9110#field.date). */
export function readClock({ headers }: Response): void {
  const date = Date.parse(headers.get('date') ?? '')
  behindMs.value = Number.isNaN(date) ? 0 : date - Date.now()
}
