import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readKept, writeKept } from '../../local/demo/stage/kept.ts'
import type { Placed } from '../../local/demo/stage/placed.ts'
import { shownPhone } from '../../local/demo/stage/shown.ts'
import type { CallState, PhoneCall } from '../../local/phones/call.ts'

const PHONE: Placed = { name: 'iphone', extension: '1001', platform: 'ios', fate: 'accept' }
const from = { number: '1002' }
const calls = (...states: CallState[]): PhoneCall[] =>
  states.map((state, i) => ({ callId: `call-${i}`, uuid: `uuid-${i}`, from, at: i, state }))
const screen = (given: PhoneCall[]) => {
  const { state, call } = shownPhone(PHONE, given, [])
  return call ? `${state} ${call.callId}` : state
}

test.for<[CallState[], string]>([
  [[], 'locked'],
  [['waking'], 'waking call-0'],
  [['ringing'], 'ringing call-0'],
  [['expired'], 'missed call-0'],
  [['cancelled'], 'cancelled call-0'],
  [['ended'], 'locked'],
  [['expired', 'ended'], 'locked'],
  [['expired', 'cancelled'], 'cancelled call-1'],
  [['ringing', 'cancelled'], 'ringing call-0'],
  [['talking', 'waking'], 'talking call-0'],
  [['talking', 'ringing'], 'ringing call-1'],
  [['ringing', 'ringing'], 'ringing call-1'],
])('of calls that are %j it shows: %s', ([states, shows]) => {
  expect(screen(calls(...states))).toBe(shows)
})

test('a call that was cancelled before it came was never seen', () => {
  expect(screen([{ callId: 'call-0', uuid: 'uuid-0', from: undefined, at: 0, state: 'cancelled' }])).toBe('locked')
})

test('the newest 20 sights, the newest first', () => {
  const sights = Array.from({ length: 30 }, (_, at) => ({ at, kind: 'push' as const }))
  expect(shownPhone(PHONE, [], sights).sights.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, i) => 29 - i))
})

describe('the phones of a file', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'wakecall-kept-')), 'phones.json')
  test('are none where it is not there, and those that were written', () => {
    expect(readKept(file)).toEqual([])
    writeKept(file, [PHONE])
    expect(readKept(file)).toEqual([PHONE])
  })

  test.for(['', '{}', '[{"name":"iphone"}]', JSON.stringify([{ ...PHONE, fate: 'happy' }])])('are refused of %s', (wrong) => {
    writeFileSync(file, wrong)
    expect(() => readKept(file)).toThrow(`${file} does not hold virtual phones: mend it, or delete it`)
  })
})
