import { expect, test, vi } from 'vitest'
import { record } from '../../lambdas/kit/history.ts'
import { createLog, metrics } from '../../lambdas/kit/log.ts'
import { pushed } from '../../lambdas/kit/pushed.ts'
import { expectEmf } from './emf.ts'

/** What `write` sends to standard output and error, a record a line. */
function linesOf(write: () => void): Record<string, unknown>[] {
  const streams = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true))
  write()
  const text = streams.flatMap(({ mock }) => mock.calls.map(([chunk]) => String(chunk))).join('')
  for (const stream of streams) stream.mockRestore()
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

test('metrics stand at the root, with their dimensions, as the embedded metric format wants it', () => {
  const line = metrics({ route: 'ring', outcome: 'ok' }, { Requests: [1, 'Count'], Latency: [12.5, 'Milliseconds'] })
  expectEmf(line)
  expect(line).toMatchObject({ route: 'ring', outcome: 'ok', Requests: 1, Latency: 12.5 })
  expect(() => expectEmf({ ...line, Latency: undefined })).toThrow()
  expect(() => expectEmf({ ...line, route: undefined })).toThrow()
})

test('a line is JSON on one line, with what it was given', () => {
  const fields = { callId: 'a\nb', ...metrics({ reason: 'declined' }, { Cancels: [1, 'Count'] }) }
  const lines = linesOf(() => createLog('calls').info('request', fields))
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ level: 'INFO', message: 'request', service: 'calls', callId: 'a\nb', Cancels: 1 })
  expectEmf(lines[0] ?? {})
})

test('an error is logged whole, its cause and its fields too', () => {
  const error = new Error('outer', { cause: new Error('inner') })
  const lines = linesOf(() => createLog('devices').error('internal', error, { requestId: 'r1' }))
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ level: 'ERROR', message: 'internal', service: 'devices', requestId: 'r1' })
  expect(lines[0]?.error).toMatchObject({ name: 'Error', message: 'outer', stack: expect.any(String) })
  expect(JSON.stringify(lines[0])).toContain('inner')
})

test('wakes and cancels are recorded with what the trace asks for, and a metric', () => {
  const wake = { pbx: 'hq', callId: 'x', at: 1, extension: '1001', deviceId: 'phone', platform: 'ios', wakeMs: 812 } as const
  const write = record(createLog('history'))
  const [woke, cancelled] = linesOf(() => {
    write({ event: 'wake', ...wake })
    write({ event: 'cancel', pbx: 'hq', callId: 'x', reason: 'declined', at: 2 })
  })
  expect(woke).toMatchObject({ event: 'wake', ...wake, Wakes: 1, WakeLatency: 812 })
  expect(cancelled).toMatchObject({ event: 'cancel', pbx: 'hq', callId: 'x', reason: 'declined', at: 2, Cancels: 1 })
  for (const line of [woke, cancelled]) expectEmf(line ?? {})
})

test('pushes are counted by what became of them; a repeat counts as one, for it pushed nothing', () => {
  const delivery = { deviceId: 'phone', platform: 'ios', at: '2026-01-01T00:00:00.000Z' } as const
  const deliveries = (['accepted', 'gone', 'accepted', 'retry'] as const).map((outcome) => ({ ...delivery, outcome }))
  const counted = pushed({ answer: { deliveries } }, { callId: 'x' })
  expect(counted).toMatchObject({ fields: { callId: 'x' } })
  expect(counted.metrics).toEqual({ PushesAccepted: [2, 'Count'], PushesGone: [1, 'Count'], PushesThrottled: [1, 'Count'] })
  expect(pushed({ answer: { deliveries, repeated: true } }, {}).metrics).toEqual({ Repeats: [1, 'Count'] })
})
