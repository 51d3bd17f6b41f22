import { describe, expect, test, vi } from 'vitest'
import { virtualClock } from '../../local/clock.ts'
import { createPhones, type PhoneWake } from '../../local/phones/phones.ts'
import type { FcmMessage, PhonePush } from '../../local/phones/push.ts'
import type { Fate } from '../../local/tokens.ts'
import { callPush, cancelPush, messagePush, type PushRoute } from '../../wire/payload.ts'
import { callUuid } from '../../wire/uuid.ts'
import type { CallPayload, CancelPayload } from '../../wire/wake.ts'

const START = Date.parse('2026-01-26T12:00:00.000Z')
const uuid = callUuid('pbx', 'call-1')
const common = {
  v: 1,
  pbx: 'pbx',
  to: '1001',
  sentAt: new Date(START).toISOString(),
  expiresAt: new Date(START + 30_000).toISOString(),
} as const
const from = { number: '+442079460000', name: 'Ann' }
const CALL: CallPayload = { ...common, from, event: 'call', callId: 'call-1', uuid }
const CANCEL: CancelPayload = { ...common, event: 'cancel', callId: 'call-1', uuid, reason: 'answered_elsewhere' }
const MESSAGE = { ...common, from, event: 'message', messageId: 'message-1' } as const

type Wake = CallPayload | CancelPayload

const pushOf = (route: PushRoute, wake: Wake) => (wake.event === 'call' ? callPush(route, wake) : cancelPush(route, wake))

function iphone(wake: Wake, pushType?: string): PhonePush {
  const push = pushOf({ platform: 'APNS_VOIP', bundle: 'com.example.phone' }, wake)
  const device = { kind: 'voip', fate: 'accept', phone: 'phone' } as const
  return { platform: 'ios', device, pushType: pushType ?? push.apns?.pushType ?? '', payload: push.body }
}

function android(wake: Wake, fate: Fate = 'accept'): PhonePush {
  const message: FcmMessage = JSON.parse(pushOf({ platform: 'GCM' }, wake).body).fcmV1Message.message
  return { platform: 'android', device: { kind: 'fcm', fate, phone: 'phone' }, message }
}

/** With draws of 0.25 the log-normal's normal part is 0: every phone wakes after the median, 700 ms. */
function start(random = () => 0.25) {
  const clock = virtualClock(START)
  const wakes: PhoneWake[] = []
  const onSight = vi.fn()
  const phones = createPhones({ clock, random, onWake: (wake) => wakes.push(wake), onSight })
  const seen = () => phones.history('phone').map(({ at, kind, detail }) => `${at - START} ${kind}${detail ? `: ${detail}` : ''}`)
  return { ...phones, clock, wakes, onSight, seen, state: () => phones.state('phone', uuid) }
}

describe.each([
  ['an iPhone', iphone, 'voip', 'background'],
  ['an Android phone', android, 'data', 'data'],
] as const)('%s', (_, push, callType, cancelType) => {
  test('goes from locked over waking to ringing, and wakes once', async () => {
    const { receive, clock, state, wakes, seen } = start()
    expect(state()).toBe('locked')
    receive(push(CALL))
    expect(state()).toBe('waking')
    await clock.advance(699)
    expect([state(), wakes]).toEqual(['waking', []])
    await clock.advance(1)
    expect(state()).toBe('ringing')
    expect(seen()).toEqual([`0 push: ${callType}`, '0 waking', '700 ringing: from Ann'])
    expect(wakes).toEqual([
      {
        phone: 'phone',
        platform: push(CALL).platform,
        callId: 'call-1',
        uuid,
        extension: '1001',
        payload: CALL,
        pushedAt: START,
        at: START + 700,
      },
    ])
  })

  test('stops ringing when the call expires', async () => {
    const { receive, clock, state, seen } = start()
    receive(push(CALL))
    await clock.advance(30_000)
    expect(state()).toBe('expired')
    expect(seen().at(-1)).toBe('30000 expired')
  })

  test('stops ringing at a cancel', async () => {
    const { receive, clock, state, seen } = start()
    receive(push(CALL))
    await clock.advance(1000)
    receive(push(CANCEL))
    await clock.advance(60_000)
    expect(state()).toBe('cancelled')
    expect(seen().slice(3)).toEqual([`1000 push: ${cancelType}`, '1000 cancelled: answered_elsewhere'])
  })

  test('does not ring when the cancel comes while it wakes', async () => {
    const { receive, clock, state, wakes } = start()
    receive(push(CALL))
    await clock.advance(300)
    receive(push(CANCEL))
    await clock.advance(60_000)
    expect([state(), wakes]).toEqual(['cancelled', []])
  })

  test('does not ring when the cancel came first', async () => {
    const { receive, clock, wakes, seen } = start()
    receive(push(CANCEL))
    receive(push(CALL))
    await clock.advance(60_000)
    expect(wakes).toEqual([])
    expect(seen().at(-1)).toBe('0 repeated: already cancelled')
  })

  test('rings once for two pushes of one call', async () => {
    const { receive, clock, wakes, seen } = start()
    receive(push(CALL))
    receive(push(CALL))
    await clock.advance(1000)
    expect(wakes).toHaveLength(1)
    expect(seen()).toContain('0 repeated: already waking')
  })

  test('rings for two calls', async () => {
    const { receive, clock, wakes } = start()
    receive(push(CALL))
    receive(push({ ...CALL, callId: 'call-2', uuid: callUuid('pbx', 'call-2') }))
    await clock.advance(1000)
    expect(wakes.map(({ callId }) => callId)).toEqual(['call-1', 'call-2'])
  })

  test('shows a missed call for a push that comes after its time, and for a late cancel nothing', async () => {
    const { receive, clock, wakes, seen, state } = start()
    await clock.advance(30_000)
    receive(push(CALL))
    receive(push(CANCEL))
    await clock.advance(60_000)
    expect([wakes, state()]).toEqual([[], 'expired'])
    expect(seen()).toContain('30000 missed_call: from Ann')
  })

  test('shows a missed call when it wakes too late', async () => {
    const { receive, clock, wakes, seen } = start()
    await clock.advance(29_500)
    receive(push(CALL))
    await clock.advance(60_000)
    expect(wakes).toEqual([])
    expect(seen().at(-1)).toBe('30200 missed_call: from Ann')
  })
})

describe('a push that an iPhone cannot ring for', () => {
  test.each([
    ['a cancel', iphone(CANCEL, 'voip')],
    ['what it cannot read', { ...iphone(CALL), payload: '{"aps":{}}' } as PhonePush],
    ['no JSON', { ...iphone(CALL), payload: 'hello' } as PhonePush],
  ])('as a VoIP push, %s: iOS kills the app', (_, push) => {
    const { receive, seen } = start()
    receive(push)
    expect(seen().at(-1)).toBe('0 killed: a VoIP push that reports no call')
  })

  test('as a background push, a call: it stays asleep', async () => {
    const { receive, clock, wakes, seen } = start()
    receive(iphone(CALL, 'background'))
    await clock.advance(1000)
    expect(wakes).toEqual([])
    expect(seen().at(-1)).toBe('0 asleep: only a VoIP push wakes for a call')
  })

  test('as a background push, what it cannot read: nothing happens', () => {
    const { receive, seen } = start()
    receive({ ...iphone(CALL, 'background'), payload: '{}' } as PhonePush)
    expect(seen().at(-1)).toBe('0 unreadable')
  })
})

describe('a push that an Android phone does not ring for', () => {
  test('while it is off', async () => {
    const { receive, clock, wakes, seen, state } = start()
    receive(android(CALL, 'never_wakes'))
    await clock.advance(60_000)
    expect([wakes, state(), seen()]).toEqual([[], 'locked', ['0 asleep: the phone is off']])
  })

  test('of normal priority', async () => {
    const { receive, clock, wakes, seen } = start()
    const push = android(CALL) as PhonePush & { platform: 'android' }
    receive({ ...push, message: { ...push.message, android: { priority: 'normal' } } })
    await clock.advance(60_000)
    expect([wakes, seen()]).toEqual([[], ['0 asleep: priority is not high']])
  })

  test('without data', () => {
    const { receive, seen } = start()
    receive({ ...android(CALL), message: { android: { priority: 'high' } } } as PhonePush)
    expect(seen()).toEqual(['0 push: data', '0 unreadable'])
  })
})

describe('somebody who holds the phone', () => {
  async function ringing() {
    const started = start()
    started.receive(android(CALL))
    await started.clock.advance(700)
    return started
  }

  test('answers, and hangs up: no cancel ends what is talked in, and its time does not either', async () => {
    const { act, receive, calls, seen, state, clock } = await ringing()
    expect(act('phone', 'answered')).toMatchObject({ callId: 'call-1', uuid, from, at: START })
    receive(android(CANCEL))
    await clock.advance(60_000)
    expect(state()).toBe('talking')
    expect(act('phone', 'hung_up')?.callId).toBe('call-1')
    expect(calls('phone').map((call) => call.state)).toEqual(['ended'])
    expect(seen().filter((sight) => !sight.includes('push'))).toEqual([
      '0 waking',
      '700 ringing: from Ann',
      '700 answered',
      '60700 hung_up',
    ])
  })

  test('declines: it rings no more, and misses nothing', async () => {
    const { act, clock, seen, state } = await ringing()
    expect(act('phone', 'declined')?.callId).toBe('call-1')
    await clock.advance(60_000)
    expect([state(), seen().at(-1)]).toEqual(['ended', '700 declined'])
  })

  test('can do nothing with a phone that only wakes, was cancelled, or is not there', async () => {
    const { act, receive, clock, state, names } = start()
    receive(android(CALL))
    expect([act('phone', 'answered'), act('phone', 'hung_up'), act('other', 'answered')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    receive(android(CANCEL))
    await clock.advance(700)
    expect([act('phone', 'answered'), act('phone', 'declined'), state()]).toEqual([undefined, undefined, 'cancelled'])
    expect(names()).toEqual(['phone'])
  })

  test('answers the newest of two calls', async () => {
    const { act, receive, clock, calls } = await ringing()
    receive(android({ ...CALL, callId: 'call-2', uuid: callUuid('pbx', 'call-2') }))
    await clock.advance(700)
    expect(act('phone', 'answered')?.callId).toBe('call-2')
    expect(calls('phone').map((call) => call.state)).toEqual(['ringing', 'talking'])
  })
})

test('whoever watches hears of each sight; a phone that is forgotten has none', () => {
  const { receive, forget, history, onSight } = start()
  receive(android(CALL))
  expect(onSight).toHaveBeenCalledTimes(history('phone').length)
  forget('phone')
  expect(history('phone')).toEqual([])
})

test.each(['notification', 'data'] as const)('a message is shown, android %s', (kind) => {
  const { receive, seen } = start()
  const request = { text: 'hello', android: kind } as const
  const apple = messagePush({ platform: 'APNS', bundle: 'com.example.phone' }, MESSAGE, request)
  receive({ platform: 'ios', device: { kind: 'alert', fate: 'accept', phone: 'phone' }, pushType: 'alert', payload: apple.body })
  const google = JSON.parse(messagePush({ platform: 'GCM' }, MESSAGE, request).body).fcmV1Message.message
  receive({ platform: 'android', device: { kind: 'fcm', fate: 'accept', phone: 'phone' }, message: google })
  expect(seen()).toEqual(['0 push: alert', '0 message: from Ann', '0 push: data', '0 message: from Ann'])
})

test('a history tells the call of each sight, and no token', () => {
  const { receive, history } = start()
  receive(iphone(CALL))
  expect(history('phone')).toEqual([
    { at: START, kind: 'push', uuid, detail: 'voip' },
    { at: START, kind: 'waking', uuid },
  ])
})

test('phones are told apart by name', () => {
  const { receive, names, history } = start()
  receive(android(CALL))
  receive({ ...android(CALL), device: { kind: 'fcm', fate: 'accept', phone: 'other' } } as PhonePush)
  expect(names()).toEqual(['phone', 'other'])
  expect(history('nobody')).toEqual([])
})
