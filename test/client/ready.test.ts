import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from '../../client/clock.ts'
import { createRecentCalls } from '../../client/recent-calls.ts'
import { runBoth } from './harness.ts'
import { VOIP } from './keys.ts'
import { wellFate } from './stub-relay.ts'

const phone = { extension: '1001', platform: 'ios', token: VOIP, deviceId: 'phone-1' }
const call = { to: '1001', from: '1002', callId: 'c', wait: 'ready', seconds: 60 }
const woke = { callId: 'c', extension: '1001', deviceId: 'phone-1' }

async function waiting(params: object = {}, headers = {}) {
  const both = await runBoth()
  await both.pns.post('/register', phone)
  const reply = both.pns.post('/push_call', { ...call, ...params }, headers)
  await vi.waitFor(() => expect(both.pns.log()).toContain('call pushed'), 10_000)
  return { ...both, reply }
}

it('/push_call with wait=ready answers when a phone woke, and holds nobody else up', async () => {
  const { pns, reply } = await waiting()
  expect((await pns.ask('/health')).status).toBe(200)
  await pns.post('/woke', woke)
  expect((await reply).json()).toMatchObject({
    callId: 'c',
    devices: 1,
    deliveries: [{ outcome: 'accepted' }],
    ready: { deviceId: 'phone-1', extension: '1001', wakeMs: expect.any(Number) },
  })
})

it('as text it is the number of phones that are ready', async () => {
  const { pns, reply } = await waiting({}, { accept: 'text/plain' })
  await pns.post('/woke', woke)
  expect((await reply).text).toBe('1')
})

it('a phone that woke before is ready at once', async () => {
  const { pns } = await runBoth()
  await pns.post('/register', phone)
  await pns.post('/push_call', { to: '1001', from: '1002', callId: 'c' })
  await pns.post('/woke', woke)
  expect((await pns.post('/push_call', call)).json().ready.deviceId).toBe('phone-1')
})

it('the wait ends with the seconds', async () => {
  const { pns } = await runBoth()
  const reply = await pns.post('/push_call', { ...call, seconds: 1 })
  expect(reply.json()).toMatchObject({ devices: 1, ready: null })
  expect((await pns.ask('/push_call?to=1001&wait=ready&seconds=1', { headers: { accept: 'text/plain' } })).text).toBe('0')
})

it('the wait ends when the call is cancelled, and does not begin after that', async () => {
  const { pns, reply } = await waiting()
  await pns.post('/cancel_call', { callId: 'c' })
  expect((await reply).json().ready).toBeNull()
  await pns.post('/woke', woke)
  expect((await pns.post('/push_call', call)).json().ready).toBeNull()
})

it('nobody waits where nothing was pushed', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = (received) => JSON.parse(JSON.stringify(wellFate(received)).replace('"devices":1', '"devices":0'))
  expect((await pns.post('/push_call', call)).json()).toMatchObject({ devices: 0, ready: null })
})

it('the wait ends when the PNS stops', async () => {
  const { pns, reply } = await waiting()
  await pns.close()
  expect((await reply).json().ready).toBeNull()
})

it.each([
  [{ wait: 'soon' }, '/wait'],
  [{ seconds: 0 }, '/seconds'],
  [{ seconds: 121 }, '/seconds'],
  [{ wait: undefined }, '/seconds'],
])('/push_call refuses %j', async (params, pointer) => {
  const { relay, pns } = await runBoth()
  const reply = await pns.post('/push_call', { ...call, ...params })
  expect(reply.json()).toMatchObject({ code: 'invalid_request', errors: [{ pointer }] })
  expect(relay.received).toEqual([])
})

afterEach(() => void vi.useRealTimers())

const READY = { deviceId: 'phone-1', extension: '1001', wakeMs: 5 }

function calls() {
  vi.useFakeTimers()
  const made = createRecentCalls(systemClock)
  made.remember({ callId: 'c', to: '1001', from: { number: '1' }, ringSeconds: 30 }, systemClock.monotonic())
  return made
}

it('a caller that hangs up leaves nothing behind', async () => {
  const { ready, woke } = calls()
  const hangUp = new AbortController()
  const answer = ready('c', 60_000, hangUp.signal)
  expect(vi.getTimerCount()).toBe(1)
  hangUp.abort()
  expect(await answer).toBeUndefined()
  expect(vi.getTimerCount()).toBe(0)
  woke('c', READY, 'ios')
  expect(await ready('c', 60_000, hangUp.signal)).toEqual(READY)
})

it('all who wait for a call get its first phone', async () => {
  const { ready, woke } = calls()
  const { signal } = new AbortController()
  const answers = [ready('c', 60_000, signal), ready('c', 60_000, signal)]
  woke('c', READY, 'ios')
  woke('c', { ...READY, deviceId: 'phone-2' }, 'ios')
  expect(await Promise.all(answers)).toEqual([READY, READY])
  expect(vi.getTimerCount()).toBe(0)
})

it('only so many may wait; one more is answered at once', async () => {
  const { ready, close } = calls()
  const { signal } = new AbortController()
  const answers = Array.from({ length: 1000 }, () => ready('c', 60_000, signal))
  expect(await ready('c', 60_000, signal)).toBeUndefined()
  expect(vi.getTimerCount()).toBe(1000)
  close()
  await Promise.all(answers)
  expect(vi.getTimerCount()).toBe(0)
})
