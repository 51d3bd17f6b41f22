import type { TraceAnswer, TraceDevice, TraceStep } from '../wire/trace.ts'
import { nameReason } from './reasons.ts'

const WORDS: Record<TraceStep['step'], string> = {
  asked: 'PBX asked to ring',
  relay_accepted: 'relay accepted the call',
  sns_accepted: 'SNS accepted the push',
  sns_refused: 'SNS refused the push',
  not_sent: 'not pushed',
  provider_accepted: 'accepted the push',
  provider_refused: 'refused the push',
  woke: 'phone woke and registered',
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

/** The trace of a call in lines for people: a table of its steps, each device's state, and what is not known. */
export function timelineOf({ callId, to, from, steps, devices, incomplete = [] }: TraceAnswer): string[] {
  const deviceOf = (id: string | undefined) => devices.find(({ deviceId }) => deviceId === id)
  const placed = place(steps)
  const width = Math.max(3, ...placed.map(({ deviceId = to }) => deviceId.length))
  const rows = placed.map((step, i) => {
    const gap = i === 0 ? '' : `+${step.ms - (placed[i - 1]?.ms ?? 0)}`
    const time = `${step.moved ? '~' : ''}${step.ms}`
    return `${time.padStart(8)}  ${gap.padStart(7)}  ${(step.deviceId ?? to).padEnd(width)}  ${wordsOf(step, deviceOf(step.deviceId))}`
  })
  return [
    `Call ${callId} to ${to}${from === undefined ? '' : ` from ${from}`}`,
    '',
    `${'ms'.padStart(8)}  ${'gap'.padStart(7)}  ${'who'.padEnd(width)}  what`,
    ...rows,
    ...(placed.some(({ moved }) => moved) ? ['', '~ by a clock that is behind: it cannot have happened earlier.'] : []),
    '',
    ...(devices.length === 0 && !incomplete.includes('pushes') ? ['No device was registered: nothing was pushed.'] : []),
    ...devices.map((device) => `${device.platform} ${device.deviceId}: ${stateOf(device, steps)}`),
    ...incomplete.map((part) => LACKS[part]),
  ]
}
