import type { CallRecord } from '../../../client/call-record.ts'
import { notesOf, rowsOf, type TimelineRow, type Trace } from '../../../client/timeline.ts'
import { Lanes } from '../parts/lanes.tsx'
import { TEXTS } from '../texts.ts'
import { useAsked } from '../use-asked.ts'

const { columns } = TEXTS.timeline
const LIVE_MS = 1_000
/** What Apple and Google said is in the relay's logs a little later. */
const SETTLING_MS = 10_000

function Steps({ rows }: { rows: readonly TimelineRow[] }) {
  return (
    <table>
      <thead>
        <tr>
          {Object.values(columns).map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ step, ms, gapMs, moved, deviceId, words }) => (
          <tr key={`${step} ${deviceId} ${ms}`} class={`step ${step}`}>
            <td class="number">
              {moved && '~'}
              {ms}
            </td>
            <td class="number">{gapMs !== undefined && `+${gapMs}`}</td>
            <td>
              <bdi>{deviceId ?? TEXTS.timeline.pbx}</bdi>
            </td>
            <td>
              <bdi>{words}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The way of a call: a lane for each device, every step with its time, and what is known of each phone. */
export function Timeline({ call, isLive }: { call: CallRecord; isLive: boolean }) {
  const path = `/calls/${encodeURIComponent(call.callId)}`
  const { answer, error } = useAsked<Trace>(path, isLive ? LIVE_MS : SETTLING_MS)
  if (!answer) return <p>{error ?? TEXTS.loading}</p>
  const rows = rowsOf({ ...answer, seen: call })
  return (
    <section aria-label={TEXTS.timeline.title(call.callId)}>
      <Lanes rows={rows} devices={answer.devices.map(({ deviceId }) => deviceId)} />
      <Steps rows={rows} />
      {rows.some(({ moved }) => moved) && <p>{TEXTS.timeline.moved}</p>}
      <ul>
        {notesOf(answer).map((note) => (
          <li key={note}>
            <bdi>{note}</bdi>
          </li>
        ))}
      </ul>
    </section>
  )
}
