import { expect, test } from 'vitest'
import { A, phone, startCall } from './machine.ts'

const [AWAKE, OTHER] = [phone(5060), phone(5062)]

/** A call that waits for one more phone than there is. */
const late = (rules = {}) => {
  const started = startCall(rules)
  started.handle({ type: 'contacts', contacts: [AWAKE] }, { type: 'pushed', devices: 2 })
  return started
}

test('a phone that comes late, after the caller hung up, gets a short ring, once', () => {
  const { handle, of } = late()
  handle(
    { type: 'caller_gone' },
    { type: 'registered', contact: phone(5070, A) },
    { type: 'registered', contact: phone(5070, A) },
  )
  expect(of('short_ring').map(({ reason }) => reason)).toEqual(['normal'])
})

test('one whose caller goes a moment before its INVITE gets one, too', () => {
  const { handle, of } = late()
  const contact = phone(5070, A)
  handle({ type: 'registered', contact }, { type: 'caller_gone' }, { type: 'not_dialled', leg: 'leg-2', contact })
  expect(of('short_ring').map(({ reason }) => reason)).toEqual(['normal'])
  const ringing = late()
  ringing.handle({ type: 'registered', contact }, { type: 'not_dialled', leg: 'leg-2', contact }, { type: 'caller_gone' })
  expect(ringing.of('short_ring')).toEqual([])
})

test('after an answer a phone that comes late is told that', () => {
  const { handle, of } = late()
  handle({ type: 'leg_answered', leg: 'leg-1', name: 'x' }, { type: 'registered', contact: phone(5070, A) })
  expect(of('short_ring').map(({ reason }) => reason)).toEqual(['answered_elsewhere'])
})

test('no short ring if the setting says so, if the phone was there before, or if nobody is missing', () => {
  const [off, known, nobody] = [late({ stopLateRings: false }), late(), startCall()]
  nobody.handle({ type: 'contacts', contacts: [] }, { type: 'pushed', devices: 0 })
  for (const { handle } of [off, known, nobody]) handle({ type: 'caller_gone' })
  off.handle({ type: 'registered', contact: OTHER })
  known.handle({ type: 'registered', contact: AWAKE })
  nobody.handle({ type: 'registered', contact: OTHER })
  for (const { of } of [off, known, nobody]) expect(of('short_ring')).toEqual([])
})
