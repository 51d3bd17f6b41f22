import type { TraceAnswer, TraceStep } from '../../wire/trace.ts'

/** One line of the way of a call: `ms` since the PBX asked. */
export type TimelineStep = { ms: number; who: string; what: string }

const WORDS: Record<TraceStep['step'], string> = {
  asked: 'PBX asked to ring',
  relay_accepted: 'relay accepted the call',
  sns_accepted: 'SNS accepted the push',
  sns_refused: 'SNS refused the push',
  not_sent: 'not pushed',
  provider_accepted: 'provider accepted the push',
  provider_refused: 'provider refused the push',
  woke: 'phone woke and registered',
  cancelled: 'call cancelled',
}

const PROVIDERS = { ios: 'Apple', android: 'Google' } as const

/** `tracedAt`: when the trace was complete, in ms since 1970. */
export function timelineOf({ to, steps, devices }: TraceAnswer, tracedAt: number): TimelineStep[] {
  const askedAt = Date.parse(steps.find(({ step }) => step === 'asked')?.at ?? '')
  const wordsOf = ({ step, deviceId, detail }: TraceStep) => {
    const platform = devices.find((device) => device.deviceId === deviceId)?.platform
    const words = WORDS[step].replace('provider', platform ? PROVIDERS[platform] : 'provider')
    return detail ? `${words}: ${detail}` : words
  }
  return [
    ...steps.map((step) => ({ ms: Date.parse(step.at) - askedAt, who: step.deviceId ?? to, what: wordsOf(step) })),
    { ms: tracedAt - askedAt, who: to, what: 'call traced' },
  ]
}

const EXPECTED = ['sns_accepted', 'provider_accepted', 'woke'] as const

/** What a call that woke these phones must show, and this one does not. */
export const missingSteps = ({ steps }: TraceAnswer, phones: readonly string[]): string[] =>
  phones.flatMap((phone) => {
    const seen = new Set(steps.filter(({ deviceId }) => deviceId === phone).map(({ step }) => step))
    return EXPECTED.filter((step) => !seen.has(step)).map((step) => `${phone}: ${step}`)
  })

export function printTimeline(timeline: TimelineStep[]): string {
  const width = Math.max(...timeline.map(({ who }) => who.length))
  return timeline.map(({ ms, who, what }) => `${String(ms).padStart(8)} ms  ${who.padEnd(width)}  ${what}`).join('\n')
}
