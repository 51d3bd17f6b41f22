import { type CallRecord, ringingOf } from '../../../client/call-record.ts'
import { ownTrace } from '../../../client/own-trace.ts'
import { notesOf, rowsOf, type TimelineRow, type Trace } from '../../../client/timeline.ts'
import { pnsNow } from '../clock.ts'
import { Lanes } from '../parts/lanes.tsx'
import { TEXTS } from '../texts.ts'
import { useAsked } from '../use-asked.ts'

const { columns } = TEXTS.timeline
const LIVE_MS = 2_000
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
            <td class="number whole">
              {moved && '~'}
              {ms}
            </td>
            <td class="number whole">{gapMs !== undefined && `+${gapMs}`}</td>
            <td class="who">
              <bdi>{deviceId ?? TEXTS.timeline.call}</bdi>
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

/** Nothing new is said of a call after so long. */
const SETTLED_MS = 120_000

/** How often the relay is asked for what it knows, which makes it read logs. */
function everyMs(seen: CallRecord | undefined, now: number): number | undefined {
  if (!seen || now - seen.askedAt > SETTLED_MS) return undefined
  return ringingOf(seen, now) === 'ringing' ? LIVE_MS : SETTLING_MS
}

/**
 * A lane for each device of a call, every step with its time, and what is known of each phone. `seen`: the call as the PNS saw it, where
 * it is here; it is shown until the relay has said more.
 */
export function Timeline({ callId, seen }: { callId: string; seen: CallRecord | undefined }) {
  const { answer, error } = useAsked<Trace>(`/calls/${encodeURIComponent(callId)}`, everyMs(seen, pnsNow()))
  const known = answer ?? (seen && ownTrace(seen))
  if (!known) return <p>{error ?? TEXTS.loading}</p>
  const trace = { ...known, seen: seen ?? answer?.seen }
  const rows = rowsOf(trace)
  return (
    <section aria-label={TEXTS.timeline.title(callId)}>
      <p>
        {TEXTS.timeline.callId} <code>{callId}</code>
      </p>
      <Lanes rows={rows} devices={trace.devices.map(({ deviceId }) => deviceId)} />
      <Steps rows={rows} />
      {rows.some(({ moved }) => moved) && <p>{TEXTS.timeline.moved}</p>}
      {!answer && <p>{error ?? TEXTS.timeline.asking}</p>}
      <ul>
        {notesOf(trace).map((note) => (
          <li key={note}>
            <bdi>{note}</bdi>
          </li>
        ))}
      </ul>
    </section>
  )
}
