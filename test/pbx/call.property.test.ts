import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CallEvent } from '../../pbx/asterisk/call/events.ts'
import { A, B, phone, startCall } from './machine.ts'

const contact = fc.constantFrom(phone(1), phone(2), phone(3, A), phone(4, A), phone(5, B))
const leg = fc.integer({ min: 1, max: 8 }).map((n) => `leg-${n}`)
const event: fc.Arbitrary<CallEvent | { pass: number }> = fc.oneof(
  fc.record({ pass: fc.integer({ min: 1, max: 4_000 }) }),
  fc.record({ type: fc.constant('contacts' as const), contacts: fc.uniqueArray(contact, { maxLength: 3 }) }),
  fc.record({ type: fc.constant('pushed' as const), devices: fc.integer({ min: 0, max: 3 }) }),
  fc.constant({ type: 'not_pushed' as const }),
  fc.record({ type: fc.constantFrom('registered' as const, 'removed' as const), contact }),
  fc.record({ type: fc.constant('leg_ringing' as const), leg }),
  fc.record({ type: fc.constant('leg_answered' as const), leg, name: leg }),
  fc.record({ type: fc.constant('leg_over' as const), leg, cause: fc.constantFrom(0, 16, 17, 19, 20, 21) }),
  fc.record({ type: fc.constantFrom('peer_joined' as const, 'leg_lost' as const), leg }),
  fc.record({ type: fc.constant('not_dialled' as const), leg, contact }),
  fc.record({ type: fc.constantFrom('peer_waits' as const, 'caller_gone' as const, 'window_over' as const, 'stopped' as const) }),
)

test('whatever happens, in whatever order and however often: one answer, one end, no phone twice, no leg forgotten', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const { call, effects, of, handle, pass } = startCall()
      const ended = new Set<string>()
      for (const one of events) {
        if ('pass' in one) {
          pass(one.pass)
          continue
        }
        handle(one)
        if (one.type === 'leg_over' || one.type === 'leg_lost' || one.type === 'not_dialled') ended.add(one.leg)
        // No contact has two legs at a time.
        const hungUp = new Set(of('hang_up').map((effect) => effect.leg))
        const living = of('dial').filter((effect) => !hungUp.has(effect.leg) && !ended.has(effect.leg))
        const places = living.map((effect) => effect.contact.place)
        expect(new Set(places).size).toBe(places.length)
      }
      handle({ type: 'window_over' }, { type: 'caller_gone' }, { type: 'window_over' })
      expect(call.phase()).not.toBe('ringing')
      expect(of('hand_back').length).toBeLessThanOrEqual(1)
      expect(of('cancel_push').length).toBeLessThanOrEqual(1)
      expect(call.legs()).toEqual([])
      const answered = of('hand_back').find(({ status }) => status === 'ANSWERED')
      const closed = new Set([...of('hang_up').map((effect) => effect.leg), ...ended])
      const open = of('dial').filter((effect) => !closed.has(effect.leg))
      expect(open.length).toBeLessThanOrEqual(answered ? 1 : 0)
      // What is not the caller's any more rings nobody for long.
      const over = effects.findIndex(({ type }) => type === 'hand_back')
      if (over >= 0) expect(effects.slice(over).filter(({ type }) => type === 'dial')).toEqual([])
    }),
    { numRuns: 2_000 },
  )
})
