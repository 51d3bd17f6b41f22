import { expect, it } from 'vitest'
import type { CallRecord } from '../../client/call-record.ts'
import { screenOf } from '../../client/screen.ts'
import { run } from './cli.ts'
import { runBoth } from './harness.ts'
import { VOIP } from './keys.ts'

const call = (changes: Partial<CallRecord> = {}): CallRecord => ({
  callId: 'c',
  to: '1001',
  from: { number: '1002', name: 'Ada' },
  askedAt: 1_000,
  ringSeconds: 30,
  devices: [],
  ...changes,
})
const device = { deviceId: 'phone-1', platform: 'ios', outcome: 'accepted', steps: {} } as const
const view = { now: 4_000, columns: 120, rows: 25 }
const lastLine = (changes: Partial<CallRecord>) => screenOf([call(changes)], view).at(-1)

it.each<[string, Partial<CallRecord>]>([
  ['asking', {}],
  ['not pushed: The relay is known to be away', { failed: { ms: 3, code: 'relay_away' } }],
  ['no device', { pushedMs: 9 }],
  ['pushed             phone-1: pushed', { pushedMs: 9, devices: [device] }],
  [
    'no push accepted   phone-1: SNS failed (sns_failed)',
    { pushedMs: 9, devices: [{ ...device, outcome: 'retry', reason: 'sns_failed' }] },
  ],
  ['woke               phone-1: woke 840 ms', { pushedMs: 9, devices: [{ ...device, steps: { woke: 840 } }] }],
  ['answered           phone-1: answered 990 ms', { devices: [{ ...device, steps: { woke: 840, answered: 990 } }] }],
  ['answered', { cancelled: { ms: 5, reason: 'answered_elsewhere' } }],
  ['the caller hung up', { cancelled: { ms: 5, reason: 'caller_hung_up' } }],
  ['declined', { cancelled: { ms: 5, reason: 'declined' } }],
])('a call is %s', (words, changes) => {
  expect(lastLine(changes)?.trimEnd()).toBe(`    3 s  1001      Ada 1002                      ${words}`)
})

it('a call that rang in vain says so', () => {
  const rung = { pushedMs: 9, devices: [device] }
  expect(lastLine({ ...rung, askedAt: -25_000 })).not.toContain('not answered')
  expect(lastLine({ ...rung, askedAt: -26_001 })).toContain('pushed, not answered')
  expect(lastLine({ pushedMs: 9, askedAt: -26_001 })).not.toContain('not answered')
})

it('fits the terminal, and shows the newest', () => {
  const calls = Array.from({ length: 10 }, (_, i) => call({ to: String(i) }))
  const lines = screenOf(calls, { now: 4_000, columns: 20, rows: 4 })
  expect(lines.map((line) => line.length)).toEqual([20, 20, 20, 20])
  expect(lines[1]).toContain(' 0 ')
})

it('no name moves the cursor or turns the line around', () => {
  expect(lastLine({ from: { number: '1', name: '\u001B[2J\u202Egnaw\n' } })).toContain('[2Jgnaw 1')
})

it('`wakecall top` prints a screen where there is no terminal', async () => {
  const { pns } = await runBoth()
  await pns.post('/register', { extension: '1001', platform: 'ios', token: VOIP, deviceId: 'phone-1' })
  await pns.ask('/push_call?to=1001&from=1002&name=Ada')
  const { code, out } = await run(['top', '--pns', pns.url])
  expect([code, out]).toEqual([0, expect.stringMatching(/Ada 1002 +pushed +phone-1: pushed/)])
})

it('without a PNS it says so', async () => {
  const { code, err } = await run(['top', '--pns', 'http://127.0.0.1:9'])
  expect([code, err]).toEqual([3, expect.stringContaining('No PNS is running')])
})
