import type { TraceAnswer, TraceDevice, TraceStep } from '../wire/trace.ts'
import { type CallRecord, PHONE_STEPS } from './call-record.ts'
import { cancelWords, PROVIDERS } from './call-words.ts'
import { titleOf } from './problem.ts'
import { nameReason } from './reasons.ts'

/** What the relay does not hear of: what the PBX did with a phone, and that the PNS gave up. */
type OwnStep = 'invited' | 'answered' | 'failed'

/**
 * The relay's trace, and what this PNS saw of the call if it remembers it. `lacks`: why the relay gave none; then all of it is what
 * this PNS saw.
 */
export type Trace = Omit<TraceAnswer, 'uuid' | 'expiresAt'> & { seen?: CallRecord | undefined; lacks?: string }

/** In the order in which they can happen at one moment. */
const WORDS: Record<TraceStep['step'] | OwnStep, string> = {
  asked: 'PBX asked to ring',
  relay_accepted: 'relay accepted the call',
  sns_accepted: 'SNS accepted the push',
  sns_refused: 'SNS did not take the push',
  not_sent: 'not pushed',
  provider_accepted: 'accepted the push',
  provider_refused: 'refused the push',
  woke: 'phone woke and registered',
  invited: 'INVITE to the phone',
  answered: 'phone answered',
  failed: 'PNS gave up',
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

type Row = Omit<TimelineRow, 'gapMs'>

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
  if (step === 'cancelled') return `${words}: ${cancelWords(detail)}`
  if (step === 'sns_refused' && isUnanswered(detail)) return 'SNS gave no answer'
  const figures = [dwellMs === undefined ? [] : `dwell ${dwellMs} ms`, status === undefined ? [] : `status ${status}`].flat()
  const aside = figures.length > 0 ? ` (${figures.join(', ')})` : ''
  // Google's answers come in several lines.
  return [`${words}${aside}`, reason, detail?.replace(/[\s\p{Cc}]+/gu, ' ')].filter((part) => part !== undefined).join(': ')
}

const isUnanswered = (detail: string | undefined) => detail === 'sns_slow'

/** `wokeMs`: as this PNS saw it, where the relay has not heard of it yet. */
function stateOf(device: TraceDevice, steps: readonly TraceStep[], wokeMs: number | undefined): string {
  const { deviceId, wakeMs = wokeMs, unknown } = device
  const own = new Map(steps.filter((step) => step.deviceId === deviceId).map((step) => [step.step, step]))
  const unsent = own.get('sns_refused') ?? own.get('not_sent')
  if (wakeMs !== undefined) return `woke after ${Math.round(wakeMs)} ms`
  if (own.has('woke')) return 'woke'
  if (isUnanswered(unsent?.detail)) return `not known whether SNS took the push: ${nameReason('sns_slow')}`
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

/** What this PNS saw. A phone that woke is invited after that, though the PNS may have heard of it a moment before. */
function ownRows({ seen }: Trace, relayRows: readonly Row[]): Row[] {
  const row = (step: OwnStep | 'woke', ms: number, deviceId?: string, words = WORDS[step]): Row => ({
    step,
    ms,
    moved: false,
    deviceId,
    words,
  })
  const ofPhones = (seen?.devices ?? []).flatMap(({ deviceId, steps }) => {
    const known = relayRows.find((one) => one.step === 'woke' && one.deviceId === deviceId)
    const { woke, ...later } = steps
    const atLeast = known?.ms ?? woke ?? 0
    return [
      ...(known || woke === undefined ? [] : [row('woke', woke, deviceId)]),
      ...PHONE_STEPS.flatMap((step) => {
        const ms = later[step]
        return ms === undefined ? [] : [row(step, Math.max(ms, atLeast), deviceId)]
      }),
    ]
  })
  const { failed } = seen ?? {}
  return failed ? [...ofPhones, row('failed', failed.ms, undefined, `${WORDS.failed}: ${titleOf(failed.code)}`)] : ofPhones
}

/** What is cancelled because a phone answered is cancelled after that. */
function afterAnswer(rows: readonly Row[], { seen }: Trace): Row[] {
  const answers = seen?.devices.flatMap(({ steps }) => steps.answered ?? []) ?? []
  const isAfter = seen?.cancelled?.reason === 'answered_elsewhere'
  const first = Math.min(...answers)
  return rows.map((row) =>
    isAfter && CANCELS.has(row.step) && row.ms < first && answers.length > 0 ? { ...row, ms: first } : row,
  )
}

const CANCELS = new Set<Row['step']>(['cancelled', 'cancel_sent', 'cancel_not_sent'])

/** The steps of a call in the order in which they can have happened. */
export function rowsOf(trace: Trace): TimelineRow[] {
  const deviceOf = (id: string | undefined) => trace.devices.find(({ deviceId }) => deviceId === id)
  const relayRows = place(trace.steps).map((placed) => {
    const { step, ms, moved, deviceId } = placed
    return { step, ms, moved, deviceId, words: wordsOf(placed, deviceOf(deviceId)) }
  })
  const order = Object.keys(WORDS)
  const rows = [...afterAnswer(relayRows, trace), ...ownRows(trace, relayRows)].sort(
    (a, b) => a.ms - b.ms || order.indexOf(a.step) - order.indexOf(b.step),
  )
  return rows.map((row, i) => ({ ...row, gapMs: i === 0 ? undefined : row.ms - (rows[i - 1]?.ms ?? 0) }))
}

/** How each device stands, and what is not known. */
export function notesOf({ devices, steps, incomplete = [], lacks, seen }: Trace): string[] {
  const wokeMs = (id: string) => seen?.devices.find(({ deviceId }) => deviceId === id)?.steps.woke
  return [
    ...(lacks === undefined ? [] : [`Only what this PNS saw: ${lacks}`]),
    ...(devices.length === 0 && !incomplete.includes('pushes') ? ['No device was registered: nothing was pushed.'] : []),
    ...devices.map((device) => `${device.platform} ${device.deviceId}: ${stateOf(device, steps, wokeMs(device.deviceId))}`),
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
