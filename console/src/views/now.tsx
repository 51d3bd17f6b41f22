import { type CallDevice, type CallRecord, stateOf } from '../../../client/call-record.ts'
import { attempt } from '../api.ts'
import { calls, isInProgress, isMore, loadOlder } from '../calls.ts'
import { showMs, showTime } from '../format.ts'
import { hrefOf, route } from '../route.ts'
import { TEXTS } from '../texts.ts'
import { useNow } from '../use-now.ts'
import { useSome } from '../use-some.ts'
import { Timeline } from './timeline.tsx'

const HOUR_MS = 3600 * 1000
const { columns } = TEXTS.now

/** `from` as it is shown: names are anybody's text, and may have any direction. */
function Caller({ from: { number, name } }: { from: CallRecord['from'] }) {
  const shown = number === 'anonymous' ? TEXTS.now.withheld : number
  return (
    <>
      {name !== undefined && <bdi class="name">{name}</bdi>} <bdi>{shown}</bdi>
    </>
  )
}

function deviceWords({ outcome, steps }: CallDevice): string {
  if (steps.answered !== undefined) return `${TEXTS.states.answered} ${showMs(steps.answered)}`
  if (steps.woke !== undefined) return `${TEXTS.states.woke} ${showMs(steps.woke)}`
  return TEXTS.outcomes[outcome]
}

function Row({ call, now, isOpen }: { call: CallRecord; now: number; isOpen: boolean }) {
  const state = stateOf(call)
  return (
    <tr class={isInProgress(call, now) ? 'live' : undefined}>
      <td data-label={columns.asked}>
        <time dateTime={new Date(call.askedAt).toISOString()}>{showTime(call.askedAt, now)}</time>
      </td>
      <td data-label={columns.to}>
        <bdi>{call.to}</bdi>
      </td>
      <td data-label={columns.from}>
        <Caller from={call.from} />
      </td>
      <td data-label={columns.state}>
        <span class={`state ${state}`}>{TEXTS.states[state]}</span> {call.problem}
      </td>
      <td data-label={columns.devices}>
        <ul class="devices">
          {call.devices.map((device) => (
            <li key={device.deviceId}>
              {TEXTS.platforms[device.platform]} <bdi>{device.deviceId}</bdi>: {deviceWords(device)}
            </li>
          ))}
        </ul>
      </td>
      <td data-label={columns.way}>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={TEXTS.now.open(call.callId)}
          onClick={() => {
            location.hash = hrefOf('now', isOpen ? '' : call.callId)
          }}
        >
          {isOpen ? '▾' : '▸'}
        </button>
      </td>
    </tr>
  )
}

/** Calls in progress and of the last hour, newest first, each with its timeline. */
export function Now() {
  const now = useNow(1000)
  const recent = calls.value.filter((call) => now - call.askedAt < HOUR_MS || call.callId === route.value.rest)
  const { some, left, more } = useSome(recent)
  const open = route.value.rest
  const inProgress = recent.filter((call) => isInProgress(call, now)).length
  const showOlder = () => {
    more()
    if (left === 0) void attempt(loadOlder())
  }
  return (
    <>
      <h1>{TEXTS.now.title}</h1>
      <p>{TEXTS.now.inProgress(inProgress)}</p>
      {recent.length === 0 && <p>{TEXTS.now.empty}</p>}
      {recent.length > 0 && (
        <table class="calls">
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
            {some.map((call) => (
              <>
                <Row key={call.callId} call={call} now={now} isOpen={call.callId === open} />
                {call.callId === open && (
                  <tr key={`${call.callId} way`} class="way">
                    <td colSpan={Object.keys(columns).length}>
                      <Timeline call={call} isLive={isInProgress(call, now)} />
                    </td>
                  </tr>
                )}
              </>
            ))}
          </tbody>
        </table>
      )}
      {(left > 0 || isMore.value) && (
        <button type="button" onClick={showOlder}>
          {TEXTS.more(left > 0 ? left : undefined)}
        </button>
      )}
    </>
  )
}
