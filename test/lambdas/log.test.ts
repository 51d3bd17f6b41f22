import { expect, onTestFinished, test, vi } from 'vitest'
import { createLog } from '../../lambdas/kit/log.ts'
import { pushed } from '../../lambdas/kit/pushed.ts'
import { expectMeasured } from './measured.ts'

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

test('a line is JSON on one line, with what it was given', () => {
  const lines = linesOf(() => createLog('calls').info('application', { callId: 'a\nb', pbx: undefined }))
  expect(lines).toEqual([{ message: 'application', service: 'calls', callId: 'a\nb' }])
})

test('on Lambda the log group says whose line it is', () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'prod-calls')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(linesOf(() => createLog('calls').info('application', {}))).toEqual([{ message: 'application' }])
})

test('a line of a kind has its dimensions and values as members, where metric filters find them', () => {
  const dimensions = { route: 'ring', outcome: 'ok' }
  const measured = { kind: 'request', dimensions, values: { Latency: 12.5, PushesAccepted: 2 } } as const
  const [line = {}] = linesOf(() => createLog('calls').measured(measured, { callId: 'x' }))
  expect(line).toMatchObject({ message: 'request', callId: 'x', ...dimensions, Latency: 12.5, PushesAccepted: 2 })
  expectMeasured(line)
  expect(() => expectMeasured({ ...line, Latency: 'slow' })).toThrow()
  expect(() => expectMeasured({ ...line, route: undefined })).toThrow()
  expect(() => expectMeasured({ ...line, message: 'other' })).toThrow()
})

test('an error is logged whole, its cause and its fields too', () => {
  const error = new Error('outer', { cause: new Error('inner') })
  const lines = linesOf(() => createLog('devices').error('internal', error, { requestId: 'r1' }))
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ level: 'ERROR', message: 'internal', service: 'devices', requestId: 'r1' })
  expect(lines[0]?.error).toMatchObject({ name: 'Error', message: 'outer', stack: expect.any(String) })
  expect(JSON.stringify(lines[0])).toContain('inner')
})

test('pushes are counted by what became of them; a repeat counts as one, for it pushed nothing', () => {
  const delivery = { deviceId: 'phone', platform: 'ios', at: '2026-01-01T00:00:00.000Z' } as const
  const deliveries = (['accepted', 'gone', 'accepted', 'retry'] as const).map((outcome) => ({ ...delivery, outcome }))
  const counted = pushed({ answer: { deliveries } }, { callId: 'x' })
  expect(counted).toMatchObject({ fields: { callId: 'x' } })
  expect(counted.metrics).toEqual({ Pushed: 1, PushesAccepted: 2, PushesGone: 1, PushesNotTaken: 1 })
  expect(pushed({ answer: { deliveries, repeated: true } }, {}).metrics).toEqual({ Repeats: 1 })
})

test('a quota that is hardly used is not worth its bytes', () => {
  const used = (quotaUsed: number) => pushed({ answer: { deliveries: [] }, quotaUsed }, {}).metrics
  expect(used(19)).toEqual({})
  expect(used(20)).toEqual({ PushQuotaUsed: 20 })
})
