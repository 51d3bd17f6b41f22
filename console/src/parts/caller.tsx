import type { CallRecord } from '../../../client/call-record.ts'
import { TEXTS } from '../texts.ts'

/** Who calls. Names are anybody's text, and may have any direction. */
export function Caller({ from: { number, name } }: { from: CallRecord['from'] }) {
  const shown = number === 'anonymous' ? TEXTS.withheld : number
  return (
    <>
      {name !== undefined && <bdi class="name">{name}</bdi>} <bdi>{shown}</bdi>
    </>
  )
}
