import type { TraceAnswer, TraceDevice, TraceStep } from '../wire/trace.ts'
import type { CallRecord } from './call-record.ts'
import { nameReason } from './reasons.ts'

/** What the PBX did with a phone, which the relay does not hear of. */
type OwnStep = 'invited' | 'answered'

/** The relay's trace, and what this PNS saw of the call if it remembers it. */
export type Trace = TraceAnswer & { seen?: CallRecord | undefined }

const WORDS: Record<TraceStep['step'] | OwnStep, string> = {
  asked: 'PBX asked to ring',
  relay_accepted: 'relay accepted the call',
  sns_accepted: 'SNS accepted the push',
  sns_refused: 'SNS refused the push',
  not_sent: 'not pushed',
  provider_accepted: 'accepted the push',
  provider_refused: 'refused the push',
  woke: 'phone woke and registered',
  invited: 'INVITE to the phone',
  answered: 'phone answered',
  cancelled: 'call cancelled',
  cancel_sent: 'SNS accepted the cancel',
  cancel_not_sent: 'cancel not pushed',
}

/** What a step must follow, whatever the clocks say: SNS's differs from the relay's. */
const FOLLOWS: Record<TraceStep['step'], TraceStep['step'][]> = {
  asked: [],
  relay_accepted: ['asked'],
  sns_accepted: ['relay_accepted'],
  sns_refused: ['relay_accepted'],
  not_sent: ['relay_accepted'],
  provider_accepted: ['sns_accepted'],
  provider_refused: ['sns_accepted'],
  woke: ['asked'],
  cancelled: ['relay_accepted'],
  cancel_sent: ['cancelled'],
  cancel_not_sent: ['cancelled'],
}

const PROVIDERS = { ios: 'Apple', android: 'Google' } as const
const providerOf = (device: TraceDevice | undefined): string => (device ? PROVIDERS[device.platform] : 'the provider')

/** `ms` since the PBX asked. `moved`: another clock had put the step before one that it must follow. */
type Placed = TraceStep & { ms: number; moved: boolean }

/** A line of a timeline. `gapMs`: since the line above; `deviceId`: none if it is of the whole call. */
export type TimelineRow = {
  step: TraceStep['step'] | OwnStep
  ms: number
  gapMs: number | undefined
  moved: boolean
  deviceId: string | undefined
  words: string
}

/** The steps in the order in which they can have happened: none before one that it must follow. */
function place(steps: readonly TraceStep[]): Placed[] {
  const askedAt = Date.parse(steps.find(({ step }) => step === 'asked')?.at ?? steps[0]?.at ?? '')
  const order = Object.keys(FOLLOWS)
  const placed: Placed[] = []
  for (const step of steps.toSorted((a, b) => order.indexOf(a.step) - order.indexOf(b.step))) {
    const before = placed.filter(
      (one) => FOLLOWS[step.step].includes(one.step) && (one.deviceId === undefined || one.deviceId === step.deviceId),
    )
    const own = Date.parse(step.at) - askedAt
    const ms = Math.max(own, ...before.map(({ ms }) => ms))
    placed.push({ ...step, ms, moved: ms !== own })
  }
  return placed.sort((a, b) => a.ms - b.ms)
}

function wordsOf({ step, detail, dwellMs, status, reason }: TraceStep, device: TraceDevice | undefined): string {
  const words = step.startsWith('provider_') ? `${providerOf(device)} ${WORDS[step]}` : WORDS[step]
  const figures = [dwellMs === undefined ? [] : `dwell ${dwellMs} ms`, status === undefined ? [] : `status ${status}`].flat()
  const aside = figures.length > 0 ? ` (${figures.join(', ')})` : ''
  // Google's answers come in several lines.
  return [`${words}${aside}`, reason, detail?.replace(/[\s\p{Cc}]+/gu, ' ')].filter((part) => part !== undefined).join(': ')
}

function stateOf(device: TraceDevice, steps: readonly TraceStep[]): string {
  const { deviceId, wakeMs, unknown } = device
  const own = new Map(steps.filter((step) => step.deviceId === deviceId).map((step) => [step.step, step]))
  const unsent = own.get('sns_refused') ?? own.get('not_sent')
  if (wakeMs !== undefined) return `woke after ${Math.round(wakeMs)} ms`
  if (own.has('woke')) return 'woke'
  if (unsent) return `not reached: ${nameReason(unsent.detail ?? unsent.step)}`
  const refused = own.get('provider_refused')
  if (refused)
    return `not reached: ${providerOf(device)} refused the push: ${nameReason(refused.reason ?? refused.detail ?? 'unknown')}`
  if (!unknown.includes('provider_accepted')) return `${providerOf(device)} has the push; not known to have woken`
  return `SNS has the push; not known yet: whether ${providerOf(device)} took it, whether the phone woke`
}

const LACKS = {
  pushes: 'The relay has not written which phones it pushed to.',
  deliveries: "SNS's delivery log could not be read whole: ask again for what Apple and Google said.",
  wakes: "The relay's log could not be read whole: ask again for which phones woke.",
} as const

function ownRows({ seen }: Trace) {
  return (seen?.devices ?? []).flatMap(({ deviceId, steps }) =>
    (['invited', 'answered'] as const).flatMap((step) => {
      const ms = steps[step]
      return ms === undefined ? [] : [{ step, ms, moved: false, deviceId, words: WORDS[step] }]
    }),
  )
}

/** The steps of a call in the order in which they can have happened. */
export function rowsOf(trace: Trace): TimelineRow[] {
  const deviceOf = (id: string | undefined) => trace.devices.find(({ deviceId }) => deviceId === id)
  const relayRows = place(trace.steps).map((placed) => {
    const { step, ms, moved, deviceId } = placed
    return { step, ms, moved, deviceId, words: wordsOf(placed, deviceOf(deviceId)) }
  })
  const rows = [...relayRows, ...ownRows(trace)].sort((a, b) => a.ms - b.ms)
  return rows.map((row, i) => ({ ...row, gapMs: i === 0 ? undefined : row.ms - (rows[i - 1]?.ms ?? 0) }))
}

/** How each device stands, and what is not known. */
export function notesOf({ devices, steps, incomplete = [] }: TraceAnswer): string[] {
  return [
    ...(devices.length === 0 && !incomplete.includes('pushes') ? ['No device was registered: nothing was pushed.'] : []),
    ...devices.map((device) => `${device.platform} ${device.deviceId}: ${stateOf(device, steps)}`),
    ...incomplete.map((part) => LACKS[part]),
  ]
}

/** The trace of a call in lines for people: a table of its steps, each device's state, and what is not known. */
export function timelineOf(trace: Trace): string[] {
  const { callId, to, from } = trace
  const rows = rowsOf(trace)
  const width = Math.max(3, ...rows.map(({ deviceId = to }) => deviceId.length))
  const lines = rows.map(({ ms, gapMs, moved, deviceId = to, words }) => {
    const gap = gapMs === undefined ? '' : `+${gapMs}`
    return `${`${moved ? '~' : ''}${ms}`.padStart(8)}  ${gap.padStart(7)}  ${deviceId.padEnd(width)}  ${words}`
  })
  return [
    `Call ${callId} to ${to}${from === undefined ? '' : ` from ${from}`}`,
    '',
    `${'ms'.padStart(8)}  ${'gap'.padStart(7)}  ${'who'.padEnd(width)}  what`,
    ...lines,
    ...(rows.some(({ moved }) => moved) ? ['', '~ by a clock that is behind: it cannot have happened earlier.'] : []),
    '',
    ...notesOf(trace),
  ]
}
