import { expect, test } from 'vitest'
import { missingSteps } from '../../local/demo/timeline.ts'
import type { TraceAnswer, TraceStep } from '../../wire/trace.ts'

const at = (ms: number) => new Date(Date.UTC(2026, 2, 1) + ms).toISOString()
const step = (step: TraceStep['step'], ms: number, deviceId?: string): TraceStep => ({
  step,
  at: at(ms),
  ...(deviceId && { deviceId }),
})

const woken: TraceAnswer = {
  callId: 'a84b@host',
  uuid: '38a73a95-3dd5-5df6-8ab6-2a1648288cf0',
  to: '1001',
  expiresAt: at(30_000),
  devices: [{ deviceId: 'i', platform: 'ios', outcome: 'accepted', unknown: [] }],
  steps: [
    step('asked', 0),
    step('relay_accepted', 2),
    step('sns_accepted', 20, 'i'),
    step('provider_accepted', 25, 'i'),
    step('woke', 700, 'i'),
  ],
}

test('a call that woke its phone misses nothing', () => {
  expect(missingSteps(woken, ['i'])).toEqual([])
})

test.each(['sns_accepted', 'provider_accepted', 'woke'])('a call without %s misses it', (name) => {
  const steps = woken.steps.filter(({ step }) => step !== name)
  expect(missingSteps({ ...woken, steps }, ['i'])).toEqual([`i: ${name}`])
})

test('a call that never reached a phone misses all of its steps; another phone changes nothing', () => {
  expect(missingSteps(woken, ['i', 'a'])).toEqual(['a: sns_accepted', 'a: provider_accepted', 'a: woke'])
})
