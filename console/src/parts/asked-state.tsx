import { showTime } from '../format.ts'
import { TEXTS } from '../texts.ts'
import type { Asked } from '../use-asked.ts'

/** What is to be said of an answer that is not there yet, or that is old because the PNS gives no newer one. */
export function AskedState({ at, error }: Pick<Asked<unknown>, 'at' | 'error'>) {
  if (at === undefined) return <p>{error ?? TEXTS.loading}</p>
  return error === undefined ? null : <p class="warning">{TEXTS.old(showTime(at), error)}</p>
}
