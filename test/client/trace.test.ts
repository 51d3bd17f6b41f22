import { expect, test } from 'vitest'
import type { CallRecord } from '../../client/call-record.ts'
import { ownTrace } from '../../client/own-trace.ts'
import { timelineOf } from '../../client/timeline.ts'
import type { TraceAnswer, TraceDevice, TraceStep } from '../../wire/trace.ts'

const at = (ms: number) => new Date(Date.UTC(2026, 2, 1) + ms).toISOString()
const step = (step: TraceStep['step'], ms: number, deviceId?: string, more: Partial<TraceStep> = {}): TraceStep => ({
  step,
  at: at(ms),
  ...(deviceId && { deviceId }),
  ...more,
})
const iphone: TraceDevice = { deviceId: 'i', platform: 'ios', outcome: 'accepted', unknown: [] }

const traceOf = (steps: TraceStep[], more: Partial<TraceAnswer> = {}): TraceAnswer => ({
  callId: 'a84b@host',
  uuid: '38a73a95-3dd5-5df6-8ab6-2a1648288cf0',
  to: '1001',
  expiresAt: at(30_000),
  devices: [iphone],
  steps: [step('asked', 0), step('relay_accepted', 2), ...steps],
  ...more,
})

const accepted = [step('sns_accepted', 20, 'i'), step('provider_accepted', 25, 'i', { dwellMs: 5, status: 200 })]
const refused = (more: Partial<TraceStep>) => [step('sns_accepted', 20, 'i'), step('provider_refused', 25, 'i', more)]
const last = (trace: TraceAnswer) => timelineOf(trace).at(-1)

test('the table has every step with its time, its gap, who and what', () => {
  const trace = traceOf([...accepted, step('woke', 700, 'i'), step('cancelled', 900, undefined, { detail: 'declined' })], {
    from: 'hmac:abc',
    devices: [{ ...iphone, wakeMs: 698.4 }],
  })
  expect(timelineOf(trace)).toEqual([
    'Call a84b@host to 1001 from hmac:abc',
    '',
    '      ms      gap  who   what',
    '       0           1001  PBX asked to ring',
    '       2       +2  1001  relay accepted the call',
    '      20      +18  i     SNS accepted the push',
    '      25       +5  i     Apple accepted the push (dwell 5 ms, status 200)',
    '     700     +675  i     phone woke and registered',
    '     900     +200  1001  call cancelled: declined',
    '',
    'ios i: woke after 698 ms',
  ])
})

test('clocks that differ make no gap negative, and it is said where they do', () => {
  const lines = timelineOf(traceOf([step('sns_accepted', -40, 'i'), step('provider_accepted', -35, 'i'), step('woke', 700, 'i')]))
  expect(lines).toContain('      ~2       +0  i     SNS accepted the push')
  expect(lines).toContain('      ~2       +0  i     Apple accepted the push')
  expect(lines.join('\n')).not.toMatch(/-\d+ /)
  expect(lines.join('\n')).toMatch(/^~ by a clock that is behind/m)
  expect(timelineOf(traceOf(accepted)).join('\n')).not.toContain('~')
})

test('a refusal has our name, what it means, and the provider’s own words in one line', () => {
  const trace = traceOf(
    refused({ dwellMs: 5, status: 400, reason: 'wrong_environment', detail: '{\n  "reason":\t"BadDeviceToken"\n}' }),
  )
  const words = 'Apple refused the push (dwell 5 ms, status 400): wrong_environment: { "reason": "BadDeviceToken" }'
  expect(timelineOf(trace)).toContain(`      25       +5  i     ${words}`)
  expect(last(trace)).toMatch(/^ios i: not reached: Apple refused the push: wrong_environment: .*sandbox or production/)
})

test.each([
  ['a refusal that has no name', refused({ detail: 'gibberish' }), iphone, /Apple refused the push: gibberish$/],
  [
    'a push that SNS refused',
    [step('sns_refused', 9, 'i', { detail: 'endpoint_disabled' })],
    iphone,
    /endpoint_disabled: .*register again$/,
  ],
  ['a push that was not sent', [step('not_sent', 9, 'i', { detail: 'no_voip_token' })], iphone, /not reached: no_voip_token: /],
  ['a phone that has not woken', accepted, { ...iphone, unknown: ['woke'] }, /Apple has the push; not known to have woken$/],
  [
    'a push of which nothing is known yet',
    [step('sns_accepted', 20, 'i')],
    { ...iphone, unknown: ['provider_accepted', 'woke'] },
    /not known yet: whether Apple took it, whether the phone woke$/,
  ],
  [
    'an Android',
    [step('sns_accepted', 20, 'i')],
    { ...iphone, platform: 'android' as const, unknown: ['provider_accepted', 'woke'] },
    /^android i: .*whether Google took it/,
  ],
])('%s: its state is told in one line', (_, steps, device, words) => {
  expect(last(traceOf(steps, { devices: [device] }))).toMatch(words)
})

test.each([
  ['pushes', /has not written/],
  ['deliveries', /delivery log could not be read/],
  ['wakes', /which phones woke/],
] as const)('a trace without all %s says so', (part, words) => {
  expect(last(traceOf(accepted, { incomplete: [part] }))).toMatch(words)
  expect(last(traceOf(accepted))).not.toMatch(words)
})

test('a call to nobody says so; one whose pushes are not known does not', () => {
  expect(last(traceOf([], { devices: [] }))).toMatch(/nothing was pushed/)
  expect(timelineOf(traceOf([], { devices: [], incomplete: ['pushes'] })).join()).not.toMatch(/nothing was pushed/)
})

const seen: CallRecord = {
  callId: 'c',
  to: '1001',
  from: { number: '1002', name: 'Ada' },
  askedAt: Date.UTC(2026, 2, 1),
  ringSeconds: 30,
  pushedMs: 20,
  devices: [
    { deviceId: 'i', platform: 'ios', outcome: 'accepted', steps: { woke: 700, invited: 703, answered: 2_000 } },
    { deviceId: 'a', platform: 'android', outcome: 'skipped', reason: 'no_fcm_token', steps: {} },
  ],
  cancelled: { ms: 2_001, reason: 'answered_elsewhere' },
}

test('without the relay a call is what the PNS saw of it', () => {
  expect(timelineOf({ ...ownTrace(seen), seen, lacks: 'The relay is away.' })).toEqual([
    'Call c to 1001 from 1002',
    '',
    '      ms      gap  who   what',
    '       0           1001  PBX asked to ring',
    '      20      +20  1001  relay accepted the call',
    '      20       +0  i     SNS accepted the push',
    '      20       +0  a     not pushed: no_fcm_token',
    '     700     +680  i     phone woke and registered',
    '     703       +3  i     INVITE to the phone',
    '    2000    +1297  i     phone answered',
    '    2001       +1  1001  call cancelled: a phone answered',
    '',
    'Only what this PNS saw: The relay is away.',
    'ios i: woke after 700 ms',
    'android a: not reached: no_fcm_token: no FCM token is registered',
  ])
})

test('a phone is invited after it woke, though that was heard of a moment before', () => {
  const [device] = seen.devices
  const early = { ...seen, devices: device ? [{ ...device, steps: { woke: 700, invited: 698 } }] : [] }
  const lines = timelineOf({ ...ownTrace(early), seen: early }).filter((line) => / i {2}/.test(line))
  expect(lines.slice(-2)).toEqual([
    '     700     +680  i     phone woke and registered',
    '     700       +0  i     INVITE to the phone',
  ])
})

test('what is cancelled because a phone answered is cancelled after that', () => {
  const early = { ...seen, cancelled: { ms: 1_990, reason: 'answered_elsewhere' as const } }
  const lines = timelineOf({ ...ownTrace(early), seen: early })
  expect(lines.slice(9, 11)).toEqual([
    '    2000    +1297  i     phone answered',
    '    2000       +0  1001  call cancelled: a phone answered',
  ])
  const gone = { ...early, cancelled: { ms: 1_990, reason: 'caller_hung_up' as const } }
  expect(timelineOf({ ...ownTrace(gone), seen: gone })[9]).toContain('1990')
})

test('a wake that the relay has not heard of yet stands there as the PNS saw it', () => {
  const trace = { ...traceOf(accepted), devices: [{ ...iphone, unknown: ['woke'] }] }
  const device = { deviceId: 'i', platform: 'ios', outcome: 'accepted', steps: { woke: 700 } } as const
  const lines = timelineOf({ ...trace, seen: { ...seen, devices: [device] } })
  expect(lines).toContain('     700     +675  i     phone woke and registered')
  expect(lines.at(-1)).toBe('ios i: woke after 700 ms')
})

test('where SNS gave no answer it is not known whether it took the push', () => {
  const detail = 'sns_slow'
  const lines = timelineOf(traceOf([step('sns_refused', 40, 'i', { detail }), step('cancel_not_sent', 50, 'i', { detail })]))
  expect(lines).toContain('      50      +10  i     cancel not pushed: sns_slow')
  expect(lines).toContain('      40      +38  i     SNS gave no answer')
  expect(lines.at(-1)).toMatch(/^ios i: not known whether SNS took the push: /)
})

test('that the PNS gave up stands in the way of the call, with why', () => {
  const { pushedMs, cancelled, ...asked } = seen
  const failed: CallRecord = { ...asked, devices: [], failed: { ms: 2_000, code: 'relay_slow' } }
  expect(timelineOf({ ...ownTrace(failed), seen: failed })).toEqual([
    'Call c to 1001 from 1002',
    '',
    '      ms      gap  who   what',
    '       0           1001  PBX asked to ring',
    '    2000    +2000  1001  PNS gave up: The relay did not answer in time',
    '',
    'The relay has not written which phones it pushed to.',
  ])
  expect(timelineOf({ ...ownTrace(seen), seen }).join()).not.toContain('gave up')
})
