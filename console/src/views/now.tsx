import { Fragment } from 'preact'
import { type CallRecord, ringingOf, stateOf } from '../../../client/call-record.ts'
import { deviceWords, failureWords, stateWords } from '../../../client/call-words.ts'
import { attempt } from '../api.ts'
import { calls, isMore, loadOlder } from '../calls.ts'
import { showTime } from '../format.ts'
import { Caller } from '../parts/caller.tsx'
import { hrefOf, route } from '../route.ts'
import { TEXTS } from '../texts.ts'
import { useNow } from '../use-now.ts'
import { useSome } from '../use-some.ts'
import { Timeline } from './timeline.tsx'

const HOUR_MS = 3600 * 1000
const { columns } = TEXTS.now

function Row({ call, now, isOpen }: { call: CallRecord; now: number; isOpen: boolean }) {
  return (
    <tr class={ringingOf(call, now) === 'ringing' ? 'live' : undefined}>
      <td class="whole" data-label={columns.asked}>
        <time dateTime={new Date(call.askedAt).toISOString()}>{showTime(call.askedAt, now)}</time>
      </td>
      <td class="to" data-label={columns.to}>
        <bdi>{call.to}</bdi>
      </td>
      <td data-label={columns.from}>
        <Caller from={call.from} />
      </td>
      <td data-label={columns.state}>
        <span class={`state ${ringingOf(call, now) === 'missed' ? 'missed' : stateOf(call)}`}>{stateWords(call, now)}</span>{' '}
        {failureWords(call)}
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
      <td data-label={columns.timeline}>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={TEXTS.now.open(call.to, showTime(call.askedAt, now))}
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

/** Calls that ring and those of the last hour, newest first, each with its timeline. */
export function Now() {
  const now = useNow(1000)
  const open = route.value.rest
  const recent = calls.value.filter((call) => now - call.askedAt < HOUR_MS || call.callId === open)
  const { some, left, more } = useSome(recent)
  const isElsewhere = open !== '' && !some.some(({ callId }) => callId === open)
  const showOlder = () => {
    more()
    if (left === 0) void attempt(loadOlder())
  }
  return (
    <>
      <h1>{TEXTS.now.title}</h1>
      {isElsewhere && <Timeline key={open} callId={open} seen={recent.find(({ callId }) => callId === open)} />}
      <p>{TEXTS.now.ringing(recent.filter((call) => ringingOf(call, now) === 'ringing').length)}</p>
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
              <Fragment key={call.callId}>
                <Row call={call} now={now} isOpen={call.callId === open} />
                {call.callId === open && (
                  <tr class="way">
                    <td colSpan={Object.keys(columns).length}>
                      <Timeline callId={call.callId} seen={call} />
                    </td>
                  </tr>
                )}
              </Fragment>
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
