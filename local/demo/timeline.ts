import type { TraceAnswer } from '../../wire/trace.ts'

const EXPECTED = ['sns_accepted', 'provider_accepted', 'woke'] as const

/** What a call that woke these phones must show, and this one does not. */
export const missingSteps = ({ steps }: TraceAnswer, phones: readonly string[]): string[] =>
  phones.flatMap((phone) => {
    const seen = new Set(steps.filter(({ deviceId }) => deviceId === phone).map(({ step }) => step))
    return EXPECTED.filter((step) => !seen.has(step)).map((step) => `${phone}: ${step}`)
  })
