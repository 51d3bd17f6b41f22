import { describe, expect, test } from 'vitest'
import { createCall } from '../../../pbx/kamailio/call/call.ts'
import type { CallEvent, CallRules, Effect } from '../../../pbx/kamailio/call/events.ts'

const RULES: CallRules = { pinged: 1, onBusy: 'continue', onDecline: 'continue', stopLateRings: true }
const [A, B] = [
  { id: '<a>', ruid: 'r-a', token: 'token-a', deviceId: 'a' },
  { id: '<b>', ruid: 'r-b', token: 'token-b', deviceId: 'b' },
]

function hold(rules: Partial<CallRules> = {}) {
  const effects: Effect[] = []
  const call = createCall({ ...RULES, ...rules }, { act: (effect) => effects.push(effect), note: () => {} })
  call.begin()
  return {
    isHeld: call.isHeld,
    /** What these events lead to, beside what the PNS is told of phones. */
    given(...events: CallEvent[]): Effect[] {
      effects.length = 0
      for (const event of events) call.handle(event)
      return effects.filter(({ type }) => type !== 'tell')
    },
    /** What the PNS is told of phones, since `given` was last called. */
    told: (): string[] => effects.flatMap((effect) => (effect.type === 'tell' ? `${effect.step} ${effect.token}` : [])),
    effects,
  }
}

const heard = (phone: typeof A): CallEvent => ({ type: 'heard', phone })
const refused = (phone: typeof A, status: number): CallEvent => ({ type: 'refused', phone: phone.id, status })
const pushed = (...devices: string[]): CallEvent => ({ type: 'pushed', devices })
const end = (status: number) => ({ type: 'end_hold', status })

describe('who is pushed to', () => {
  test('all at once, where nobody was pinged', () => {
    expect(hold({ pinged: 0 }).effects).toEqual([{ type: 'push', awake: [] }])
  })

  test('nobody before the pings are over; then all but who answered', () => {
    const { effects, given } = hold({ pinged: 2 })
    expect(effects).toEqual([])
    expect(given(heard(A))).toEqual([])
    expect(given({ type: 'pings_over' }, { type: 'pings_over' })).toEqual([{ type: 'push', awake: ['token-a'] }])
  })

  test('at once, when every phone has answered', () => {
    expect(hold({ pinged: 2 }).given(heard(A), heard(B), { type: 'pings_over' })).toEqual([
      { type: 'push', awake: ['token-a', 'token-b'] },
    ])
  })

  test('nobody, when the call is over by then', () => {
    expect(hold().given({ type: 'caller_gone' }, { type: 'pings_over' })).toEqual([])
  })
})

describe('the hold ends', () => {
  test('at once, with nobody to ring and nobody to wake', () => {
    expect(hold({ pinged: 0 }).given(pushed())).toEqual([end(504)])
  })

  test('when its time is over and nobody came; who sleeps is told', () => {
    const call = hold({ pinged: 0 })
    expect(call.given(pushed('a'))).toEqual([])
    expect(call.given({ type: 'hold_over' })).toEqual([{ type: 'cancel_push', reason: 'timed_out' }, end(504)])
    expect(call.isHeld()).toBe(false)
  })

  test('not while a phone rings, though its time is over', () => {
    const call = hold()
    expect(call.given(heard(A), pushed(), { type: 'hold_over' })).toContainEqual({ type: 'push', awake: ['token-a'] })
    expect(call.isHeld()).toBe(true)
    expect(call.given(refused(A, 486))).toEqual([end(486)])
  })

  test.each([
    [486, 486],
    [600, 486],
    [603, 603],
    [480, 504],
    [408, 504],
  ])('with the only phone, which says %i: %i', (status, answer) => {
    expect(hold().given(heard(A), pushed(), refused(A, status))).toContainEqual(end(answer))
  })

  test('not with one that is busy while another may wake; with that one when it is busy, too', () => {
    const call = hold()
    expect(call.given(heard(A), pushed('b'), refused(A, 486))).not.toContainEqual(end(486))
    expect(call.given(heard(B))).toEqual([])
    expect(call.told()).toContain('woke token-b')
    expect(call.given(refused(B, 603))).toEqual([end(486)])
  })

  test('at once with what was refused before it was known that the phone is there: it is not pushed to', () => {
    const call = hold()
    expect(call.given(refused(A, 486), heard(A))).toEqual([{ type: 'push', awake: ['token-a'] }])
    expect(call.given(pushed())).toEqual([end(486)])
  })

  test('with what was refused early when who sleeps has not come', () => {
    const call = hold()
    expect(call.given(refused(A, 486), heard(A), pushed('b'))).not.toContainEqual(end(486))
    expect(call.given({ type: 'hold_over' })).toContainEqual(end(486))
  })

  test('with what was refused before it was known that the phone is there', () => {
    expect(hold().given(refused(A, 486), heard(A), { type: 'pings_over' }, pushed())).toContainEqual(end(486))
  })

  test('not with a phone that was lost: at its new place it rings', () => {
    const call = hold()
    expect(call.given(heard(A), pushed('b'), refused(A, 408), heard(A), refused(A, 486))).not.toContainEqual(end(486))
    expect(call.given(heard(B), refused(B, 486))).toContainEqual(end(486))
  })

  test.each([
    [{ onBusy: 'stop' }, 486, 600],
    [{ onDecline: 'stop' }, 603, 603],
  ] as const)('for all, with %j and %i', (rules, status, answer) => {
    const call = hold(rules)
    expect(call.given(heard(A), pushed('b'), refused(A, status))).toEqual([
      { type: 'push', awake: ['token-a'] },
      { type: 'cancel_push', reason: 'declined' },
      end(answer),
    ])
  })
})

describe('nobody can be pushed to', () => {
  test('every contact rings, and what they answer counts', () => {
    const call = hold({ pinged: 0 })
    expect(call.given({ type: 'not_pushed' })).toEqual([{ type: 'ring_all' }])
    expect(call.given({ type: 'all_rung' })).toEqual([end(504)])
  })

  test('nothing rings for a call that is over', () => {
    expect(hold({ pinged: 0 }).given({ type: 'caller_gone' }, { type: 'not_pushed' })).toEqual([])
  })
})

describe('the push is taken back', () => {
  test.each([
    ['answered', 'answered_elsewhere'],
    ['caller_gone', 'caller_hung_up'],
  ] as const)('when it is over (%s) and somebody sleeps yet', (type, reason) => {
    expect(hold().given(heard(A), pushed('b'), { type })).toContainEqual({ type: 'cancel_push', reason })
  })

  test('when it is known who was pushed to, if that was not yet', () => {
    const call = hold({ pinged: 0 })
    expect(call.given({ type: 'caller_gone' })).toEqual([])
    expect(call.given(pushed('a'))).toEqual([{ type: 'cancel_push', reason: 'caller_hung_up' }])
  })

  test('though a phone came that was not pushed to, with a token or without', () => {
    const call = hold({ pinged: 0 })
    const desk = { id: 'desk', ruid: 'd', token: undefined, deviceId: undefined }
    expect(call.given(pushed('b'), heard(A), { type: 'heard', phone: desk }, { type: 'answered' })).toContainEqual({
      type: 'cancel_push',
      reason: 'answered_elsewhere',
    })
  })

  test('not when nobody was pushed to, or everybody came', () => {
    expect(hold().given(heard(A), pushed(), { type: 'answered' })).not.toContainEqual(
      expect.objectContaining({ type: 'cancel_push' }),
    )
    expect(hold({ pinged: 0 }).given(pushed('a'), heard(A), { type: 'answered' })).toEqual([])
  })
})

describe('the PNS is told', () => {
  const desk = { id: 'desk', ruid: 'd', token: undefined, deviceId: undefined }

  test('which phone woke, was sent the INVITE, and answered', () => {
    const call = hold()
    call.given(heard(A), pushed('b'), heard(B), { type: 'answered' }, { type: 'phone_answered', phone: B.id })
    expect(call.told()).toEqual(['invited token-a', 'woke token-b', 'invited token-b', 'answered token-b'])
  })

  test('nothing of a phone that cannot be pushed to, or that nobody heard of', () => {
    const call = hold()
    call.given({ type: 'heard', phone: desk }, ...['desk', 'x'].map((phone): CallEvent => ({ type: 'phone_answered', phone })))
    expect(call.told()).toEqual([])
  })
})

describe('a phone that comes late', () => {
  const over = () => {
    const call = hold({ pinged: 0 })
    call.given(pushed('a'), { type: 'caller_gone' })
    return call
  }

  test('rings for a moment, once', () => {
    const late: CallEvent = { type: 'registered', phone: A }
    const call = over()
    expect(call.given(late, late)).toEqual([{ type: 'short_ring', phone: A, answered: false }])
    expect(call.told()).toEqual(['woke token-a'])
  })

  test('hears that another one has answered', () => {
    const call = hold({ pinged: 0 })
    call.given(pushed('a', 'b'), heard(B), { type: 'answered' })
    expect(call.given({ type: 'registered', phone: A })).toContainEqual({ type: 'short_ring', phone: A, answered: true })
  })

  test('rings for a moment, too, when it came before the end of the call was known here; not if it has the call', () => {
    const begun = () => {
      const call = hold({ pinged: 0 })
      call.given(pushed('a', 'b'), { type: 'registered', phone: A })
      return call
    }
    const ring = { type: 'short_ring', phone: A, answered: false }
    expect(begun().given({ type: 'caller_gone' })).toContainEqual(ring)
    expect(begun().given(heard(A), { type: 'caller_gone' })).not.toContainEqual(ring)
  })

  test('does not ring if the push was not for it', () => {
    const call = hold({ pinged: 0 })
    call.given(pushed('b'), { type: 'caller_gone' })
    expect(call.given({ type: 'registered', phone: A })).toEqual([])
    expect(call.given({ type: 'registered', phone: { ...A, deviceId: undefined } })).toContainEqual(
      expect.objectContaining({ type: 'short_ring' }),
    )
  })

  test('does not ring while the call is held, without a push, without a token, or if that is the rule', () => {
    const late: CallEvent = { type: 'registered', phone: A }
    expect(hold().given(late)).toEqual([])
    expect(hold({ pinged: 0 }).given(pushed(), late)).toEqual([end(504)])
    expect(over().given({ type: 'registered', phone: { ...A, token: undefined } })).toEqual([])
    const silent = hold({ pinged: 0, stopLateRings: false })
    expect(silent.given(pushed('a'), { type: 'caller_gone' }, late)).toEqual([{ type: 'cancel_push', reason: 'caller_hung_up' }])
  })
})
