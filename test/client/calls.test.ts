import { expect, it, vi } from 'vitest'
import { runBoth } from './harness.ts'
import { FCM, VOIP } from './keys.ts'
import { problem, wellFate } from './stub-relay.ts'

const phone = { extension: '1001', platform: 'ios', token: VOIP, deviceId: 'phone-1' }

it('/push_call rings at the relay and answers its result', async () => {
  const { relay, pns } = await runBoth()
  const reply = await pns.post('/push_call', {
    to: '1001',
    from: '+442079460000',
    callId: 'a84b@host/1',
    name: 'Ann',
    custom: { a: 1 },
  })
  expect(reply.status).toBe(200)
  expect(reply.json()).toMatchObject({ callId: 'a84b@host/1', devices: 1, deliveries: [{ outcome: 'accepted' }] })
  const [sent] = relay.to('POST', '/v1/calls')
  const from = { number: '+442079460000', name: 'Ann' }
  expect(sent?.body).toMatchObject({ callId: 'a84b@host/1', to: '1001', from, ringSeconds: 30, custom: { a: 1 } })
  expect(sent?.body.elapsedMs).toBeGreaterThanOrEqual(0)
})

it('/push_call makes a callId where there is none', async () => {
  const { pns } = await runBoth()
  const reply = await pns.post('/push_call', { to: '1001', from: '1002' })
  expect(reply.json().callId).toMatch(/^[0-9a-f-]{36}$/)
})

it('JSON, form and query say the same, an unescaped + and empty values too', async () => {
  const { relay, pns } = await runBoth()
  const form = 'to=1001&from=%2B4420&callId=c&ringSeconds=20&name=&custom=%7B%22a%22%3A1%7D'
  await pns.post('/push_call', { to: '1001', from: '+4420', callId: 'c', ringSeconds: 20, custom: { a: 1 } })
  await pns.ask('/push_call', { method: 'POST', body: new URLSearchParams(form) })
  await pns.ask(`/push_call?${form}`)
  await pns.ask(`/push_call?${form.replace('%2B', '+')}`, { method: 'POST' })
  const bodies = relay.to('POST', '/v1/calls').map(({ body }) => ({ ...body, elapsedMs: 0 }))
  expect(bodies).toHaveLength(4)
  for (const body of bodies) expect(body).toEqual(bodies[0])
})

it.each([
  [{ from: '' }, { number: 'anonymous' }],
  [{}, { number: 'anonymous' }],
  [{ from: '1002', name: ' \u0007 ' }, { number: '1002' }],
  [
    { from: '1002', name: 'Ann\r\nX' },
    { number: '1002', name: 'AnnX' },
  ],
  [
    { from: '1002', name: '😀'.repeat(200) },
    { number: '1002', name: '😀'.repeat(128) },
  ],
])('what is shown of a caller costs no call: %j', async (caller, from) => {
  const { relay, pns } = await runBoth()
  const reply = await pns.ask('/push_call', { method: 'POST', body: new URLSearchParams({ to: '1001', ...caller }) })
  expect(reply.status).toBe(200)
  expect(relay.to('POST', '/v1/calls')[0]?.body.from).toEqual(from)
})

it('a number in JSON is the text that it is in a query', async () => {
  const { relay, pns } = await runBoth()
  expect((await pns.post('/push_call', { to: 1001, from: 1002 })).status).toBe(200)
  expect(relay.to('POST', '/v1/calls')[0]?.body).toMatchObject({ to: '1001', from: { number: '1002' } })
  expect((await pns.post('/push_call', { to: { of: 1 }, from: 1002 })).status).toBe(400)
})

it('phones that are awake are named to the relay by their ids, whether the PBX has those or their tokens', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', { ...phone, deviceId: 'awake' })
  await pns.post('/register', { extension: '1002', platform: 'android', token: FCM, deviceId: 'elsewhere' })
  const awake = JSON.stringify([VOIP, 'awake', FCM, 'unknown'])
  await pns.ask('/push_call', { method: 'POST', body: new URLSearchParams({ to: '1001', from: '1002', awake }) })
  await pns.post('/push_call', { to: '1001', from: '1002', awake: [] })
  expect(relay.to('POST', '/v1/calls').map(({ body }) => body.awake)).toEqual([['awake'], []])
})

it.each([
  [{ from: '1002' }, 'missing_parameter', '/to'],
  [{ to: '10 01', from: '1002' }, 'invalid_request', '/to'],
  [{ to: '1001', from: '1002', ringSeconds: 4 }, 'invalid_request', '/ringSeconds'],
  [{ to: '1001', from: '1002', ringSeconds: 'soon' }, 'invalid_request', '/ringSeconds'],
  [{ to: '1001', from: '1002', custom: 'no JSON' }, 'invalid_request', '/custom'],
  [{ to: '1001', from: '1002', awake: 'a' }, 'invalid_request', '/awake'],
  [{ to: '1001', from: '1002', colour: 'red' }, 'invalid_request', '/colour'],
])('/push_call refuses %j with %s', async (params, code, pointer) => {
  const { relay, pns } = await runBoth()
  const reply = await pns.post('/push_call', params)
  expect(reply.status).toBe(400)
  expect(reply.headers.get('content-type')).toBe('application/problem+json')
  expect(reply.json()).toMatchObject({ code, errors: [{ pointer }] })
  expect(relay.received).toEqual([])
})

it('a device whose endpoint is gone is no longer registered', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', phone)
  await vi.waitFor(async () => expect((await pns.ask('/devices')).json().devices[0].confirmed).toBe(true), 10_000)
  relay.fate = (received) => {
    const fate = wellFate(received)
    return JSON.parse(JSON.stringify(fate).replace('"accepted"', '"gone"'))
  }
  await pns.post('/push_call', { to: '1001', from: '1002' })
  expect((await pns.ask('/devices')).json()).toEqual({ devices: [] })
})

it('a device that registered anew while the old endpoint was found gone stays', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = (received) => (received.method === 'PUT' ? problem('unavailable') : wellFate(received))
  await pns.post('/register', phone)
  relay.fate = (received) =>
    received.method === 'PUT'
      ? problem('unavailable')
      : JSON.parse(JSON.stringify(wellFate(received)).replace('"accepted"', '"gone"'))
  await pns.post('/push_call', { to: '1001', from: '1002' })
  expect((await pns.ask('/devices')).json().devices).toHaveLength(1)
})

it('/push_message sends a message', async () => {
  const { relay, pns } = await runBoth()
  const reply = await pns.post('/push_message', { to: '1001', from: '1002', text: 'Grüße', messageId: 'm' })
  expect([reply.status, reply.json().devices]).toEqual([200, 1])
  expect(relay.to('POST', '/v1/messages')[0]?.body).toEqual({
    messageId: 'm',
    to: '1001',
    from: { number: '1002' },
    text: 'Grüße',
  })
})

it('/push_message refuses a message without text', async () => {
  const { pns } = await runBoth()
  const reply = await pns.post('/push_message', { to: '1001', from: '1002' })
  expect(reply.json()).toMatchObject({ code: 'missing_parameter', errors: [{ pointer: '/text' }] })
})

it('/cancel_call cancels with its reason, the callId escaped', async () => {
  const { relay, pns } = await runBoth()
  const reply = await pns.post('/cancel_call', { callId: 'a@b', reason: 'declined' })
  expect([reply.status, reply.json().known]).toEqual([200, true])
  expect(relay.received[0]).toMatchObject({ method: 'DELETE', path: '/v1/calls/a~40b', query: 'reason=declined' })
})

it('/cancel_call refuses a reason that is none', async () => {
  const { pns } = await runBoth()
  expect((await pns.post('/cancel_call', { callId: 'a', reason: 'bored' })).json().code).toBe('invalid_request')
})

it('/woke is reported to the relay with its time', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', phone)
  await pns.post('/register', { extension: '1001', platform: 'android', token: FCM, deviceId: 'phone-2' })
  await pns.post('/push_call', { to: '1001', from: '1002', callId: 'c' })
  const first = await pns.post('/woke', { callId: 'c', extension: '1001', deviceId: 'phone-1' })
  expect(first.json()).toMatchObject({ deviceId: 'phone-1', wakeMs: expect.any(Number) })
  const second = await pns.ask('/woke', {
    method: 'POST',
    body: new URLSearchParams({ callId: 'c', extension: '1001', token: FCM }),
  })
  expect(second.json().deviceId).toBe('phone-2')
  await vi.waitFor(() => expect(relay.to('POST', '/v1/wakes')).toHaveLength(1), 5000)
  const wakes = relay.to('POST', '/v1/wakes')[0]?.body.wakes
  expect(wakes).toMatchObject([
    { callId: 'c', deviceId: 'phone-1', platform: 'ios', first: true },
    { deviceId: 'phone-2', platform: 'android', first: false },
  ])
})

it('the first phone to wake is one of each call', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', phone)
  for (const callId of ['c', 'd']) {
    await pns.post('/push_call', { to: '1001', from: '1002', callId })
    await pns.post('/woke', { callId, extension: '1001', deviceId: 'phone-1' })
    await pns.post('/woke', { callId, extension: '1001', deviceId: 'phone-1' })
  }
  await pns.close()
  const wakes = relay.to('POST', '/v1/wakes')[0]?.body.wakes
  expect(wakes).toMatchObject([{ first: true }, { first: false }, { callId: 'd', first: true }, { callId: 'd', first: false }])
})

it('a wake that the relay did not take is reported when the PNS stops', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', phone)
  await pns.post('/push_call', { to: '1001', from: '1002', callId: 'c' })
  await pns.post('/woke', { callId: 'c', extension: '1001', deviceId: 'phone-1' })
  relay.fate = (received) => (received.path === '/v1/wakes' ? problem('internal') : wellFate(received))
  await vi.waitFor(() => expect(pns.log()).toContain('wakes not reported'), 5000)
  relay.fate = wellFate
  await pns.close()
  expect(relay.to('POST', '/v1/wakes').at(-1)?.body.wakes).toMatchObject([{ deviceId: 'phone-1' }])
})

it('/woke of an unknown call or device is refused', async () => {
  const { pns } = await runBoth()
  await pns.post('/push_call', { to: '1001', from: '1002', callId: 'c' })
  const unknownCall = await pns.post('/woke', { callId: 'x', extension: '1001', deviceId: 'phone-1' })
  const unknownDevice = await pns.post('/woke', { callId: 'c', extension: '1001', deviceId: 'phone-1' })
  expect([unknownCall.status, unknownCall.json().code]).toEqual([404, 'call_not_found'])
  expect([unknownDevice.status, unknownDevice.json().code]).toEqual([404, 'device_not_found'])
})

it('/calls/{callId} passes the trace through', async () => {
  const { relay, pns } = await runBoth()
  const reply = await pns.ask(`/calls/${encodeURIComponent('a@b/1')}`)
  expect(reply.json()).toMatchObject({ callId: 'a~40b~2F1', steps: [{ step: 'woke' }] })
  expect(reply.json()).not.toHaveProperty('lacks')
  expect(relay.received[0]?.path).toBe('/v1/calls/a~40b~2F1')
})

it('/calls/{callId} of an unknown call is 404', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = () => problem('call_not_found')
  const reply = await pns.ask('/calls/x')
  expect([reply.status, reply.json().code]).toEqual([404, 'call_not_found'])
})

it('what Apple refused stands in the record of the call, once the trace has been read', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', phone)
  await pns.post('/push_call', { to: '1001', from: '1002', callId: 'c' })
  const recorded = async () => (await pns.ask('/calls')).json().calls[0].devices
  expect(await recorded()).not.toMatchObject([{ refused: expect.anything() }])
  const refusal = '"step":"provider_refused","reason":"unregistered"'
  relay.fate = (received) => JSON.parse(JSON.stringify(wellFate(received)).replace('"step":"woke"', refusal))
  await pns.ask('/calls/c')
  expect(await recorded()).toMatchObject([{ deviceId: 'phone-1', outcome: 'accepted', refused: 'unregistered' }])
})

it.each(['internal', 'call_not_found'] as const)(
  '/calls/{callId} of a call that was seen here is what was seen, if %s',
  async (code) => {
    const { relay, pns } = await runBoth()
    await pns.post('/register', phone)
    relay.fate = (received) => (received.path === '/v1/calls' ? wellFate(received) : problem(code))
    await pns.post('/push_call', { to: '1001', from: '1002', callId: 'c' })
    await pns.post('/woke', { callId: 'c', extension: '1001', deviceId: 'phone-1' })
    const reply = await pns.ask('/calls/c')
    expect(reply.json()).toMatchObject({
      callId: 'c',
      from: '1002',
      devices: [{ deviceId: 'phone-1', outcome: 'accepted', wakeMs: expect.any(Number) }],
      steps: [{ step: 'asked' }, { step: 'relay_accepted' }, { step: 'sns_accepted' }, { step: 'woke' }],
      seen: { callId: 'c' },
      lacks: expect.any(String),
    })
  },
)

it('a device whose endpoint a cancel finds gone is no longer registered', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', phone)
  await vi.waitFor(async () => expect((await pns.ask('/devices')).json().devices[0].confirmed).toBe(true), 10_000)
  await pns.post('/push_call', { to: '1001', from: '1002', callId: 'c1' })
  relay.fate = (received) => JSON.parse(JSON.stringify(wellFate(received)).replace('"accepted"', '"gone"'))
  await pns.post('/cancel_call', { callId: 'c1', reason: 'declined' })
  expect((await pns.ask('/devices')).json()).toEqual({ devices: [] })
})

it('a log that cannot be written does not end the service', async () => {
  const { pns } = await runBoth({ log: { level: 'info', file: '/dev/full' } })
  for (let call = 0; call < 5; call++) {
    expect((await pns.post('/push_call', { to: '1001', from: '1002' })).status).toBe(200)
  }
})
