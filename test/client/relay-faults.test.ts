import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { runBoth, runPns, settingsFor, stubRelay } from './harness.ts'
import { VOIP } from './keys.ts'
import { type Fate, problem, wellFate } from './stub-relay.ts'

const call = { to: '1001', from: '1002' }
const phone = { extension: '1001', platform: 'ios', token: VOIP, deviceId: 'phone-1' }

/** What takes connections in the place of a relay. */
async function rawRelay(answer: (socket: Socket) => void): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
    onTestFinished(() => void socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const HEAD = 'HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 9000000\r\n\r\n'

function trickle(socket: Socket): void {
  socket.write(HEAD)
  const timer = setInterval(() => socket.write(' '), 10)
  socket.once('close', () => clearInterval(timer))
}

it.each<[string, (socket: Socket) => void, string]>([
  ['sends its headers and hangs', (socket) => socket.write(HEAD), 'relay_slow'],
  ['trickles its body', trickle, 'relay_slow'],
  ['sends a body without end', (socket) => socket.end(HEAD + ' '.repeat(9_000_000)), 'relay_answered_nonsense'],
  ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'relay_answered_nonsense'],
  ['closes within the body', (socket) => socket.end(`${HEAD}{`), 'relay_unreachable'],
])('a relay that %s has the PBX answered within the budget', async (_, answer, code) => {
  const pns = await runPns(settingsFor(await rawRelay(answer), { pushBudgetMs: 200 }))
  expect((await pns.post('/push_call', call)).json().code).toBe(code)
})

it('a kept connection that the relay has closed costs no call', async () => {
  const { relay, pns } = await runBoth()
  const kept = new Set<Socket>()
  relay.server.on('request', ({ socket }: { socket: Socket }) => kept.add(socket))
  for (let round = 1; round <= 20; round++) {
    await pns.post('/push_call', call)
    // Reset rather than closed: the PNS learns of it from its next request only.
    for (const socket of kept) socket.resetAndDestroy()
    kept.clear()
  }
  expect(pns.log()).not.toContain('call not pushed')
  expect(relay.to('POST', '/v1/calls')).toHaveLength(20)
})

it('a relay that is away is no longer asked: calls fail at once, and say since when', async () => {
  const { relay, pns } = await runBoth({ pushBudgetMs: 100 })
  relay.fate = () => 'hang'
  for (let failure = 0; failure < 5; failure++) expect((await pns.post('/push_call', call)).json().code).toBe('relay_slow')
  const refused = await pns.post('/push_call', call)
  expect(refused.json()).toMatchObject({
    status: 503,
    code: 'relay_away',
    detail: expect.stringMatching(/^Away since \d{4}-.*did not answer/),
  })
  expect(relay.to('POST', '/v1/calls')).toHaveLength(5)
  expect((await pns.ask('/health')).json()).toMatchObject({ ready: false, relay: { away: true } })
  relay.fate = relay.well
  await vi.waitFor(async () => expect((await pns.post('/push_call', call)).status).toBe(200), 5000)
  expect((await pns.ask('/health')).json()).toMatchObject({ ready: true, relay: { away: false } })
})

it('a relay that fails is not hammered with attempts', async () => {
  const { relay, pns } = await runBoth({ pushBudgetMs: 500 })
  relay.fate = () => problem('unavailable')
  const codes = []
  for (let ring = 0; ring < 6; ring++) codes.push((await pns.post('/push_call', call)).json().code)
  expect(codes).toEqual([...Array(5).fill('relay_failed'), 'relay_away'])
  // The reserve, and what came back of it meanwhile.
  expect(relay.to('POST', '/v1/calls').length).toBeLessThanOrEqual(5 + 10 + 2)
})

it('refusals are answers: they never close the way', async () => {
  const { relay, pns } = await runBoth({ pushBudgetMs: 100 })
  relay.fate = () => problem('unknown_app')
  for (let refusal = 0; refusal < 8; refusal++) await pns.post('/push_call', call)
  expect((await pns.post('/push_call', call)).json().code).toBe('relay_refused')
})

it('calls go on while the relay fails for devices', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = (received) => (received.method === 'PUT' ? problem('internal') : wellFate(received))
  for (let device = 0; device < 8; device++) {
    await pns.post('/register', { ...phone, extension: `20${device}`, deviceId: `phone-${device}` })
  }
  await vi.waitFor(() => expect(relay.to('PUT', '/v1').length).toBeGreaterThan(7), 10_000)
  expect((await pns.post('/push_call', call)).status).toBe(200)
})

it('a device that registered a moment ago rings', async () => {
  const { relay, pns } = await runBoth()
  const order: string[] = []
  relay.fate = (received) => {
    order.push(received.method)
    return wellFate(received)
  }
  await pns.post('/register', phone)
  await pns.post('/push_call', call)
  expect(order).toEqual(['PUT', 'POST'])
})

it('a registration that hangs holds no call up', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = (received) => (received.method === 'PUT' ? 'hang' : wellFate(received))
  await pns.post('/register', phone)
  expect((await pns.post('/push_call', call)).status).toBe(200)
})

it('a device that a first ring does not name is brought to the relay again', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', { ...phone, deviceId: 'lost' })
  await vi.waitFor(async () => expect((await pns.ask('/devices')).json().devices[0].confirmed).toBe(true), 10_000)
  const repeated = (body: object | string | undefined) => ({ status: 202, body: { ...(body as object), repeated: true } })
  relay.fate = (received) => {
    const fate = wellFate(received)
    return received.path === '/v1/calls' && typeof fate === 'object' ? repeated(fate.body) : fate
  }
  await pns.post('/push_call', call)
  expect((await pns.ask('/devices')).json().devices[0].confirmed).toBe(true)
  relay.fate = wellFate
  await pns.post('/push_call', call)
  await vi.waitFor(() => expect(relay.to('PUT', '/v1')).toHaveLength(2), 10_000)
  const [first, again] = relay.to('PUT', '/v1').map(({ body }) => body.version)
  expect(again).toBe(first)
})

it('contact tells of the relay what an answer shows', async () => {
  const { relay, pns } = await runBoth()
  const date = new Date(Date.now() + 90_000).toUTCString()
  relay.fate = (received) => ({ ...(wellFate(received) as { status: number }), headers: { date } })
  for (let ring = 0; ring < 20; ring++) await pns.post('/push_call', call)
  const { at, clockOffsetMs, p95Ms, away } = (await pns.ask('/health')).json().relay
  expect([typeof at, Math.round(clockOffsetMs / 10_000), away]).toEqual(['string', 9, false])
  expect(p95Ms).toBeGreaterThan(0)
})

async function twoAddresses() {
  const [relay, alternate] = [await stubRelay(), await stubRelay()]
  const pns = await runPns(settingsFor(relay.url, { alternateRelay: alternate.url }))
  return { relay, alternate, pns }
}

it('with two addresses, the second is left alone while the first answers', async () => {
  const { alternate, pns } = await twoAddresses()
  for (let ring = 0; ring < 5; ring++) expect((await pns.post('/push_call', call)).status).toBe(200)
  expect(alternate.received).toEqual([])
})

it.each<Fate>(['hang', 'close', problem('internal')])(
  'with two addresses, a call gets through when the first answers %j',
  async (fate) => {
    const { relay, alternate, pns } = await twoAddresses()
    relay.fate = () => fate
    expect((await pns.post('/push_call', { ...call, callId: 'c' })).status).toBe(200)
    const [one, other] = [relay, alternate].map((address) => address.to('POST', '/v1/calls')[0])
    expect([one?.body.callId, other?.body.callId]).toEqual(['c', 'c'])
  },
)

it('with two addresses, calls and registrations go straight to the second while the first is away', async () => {
  const { relay, alternate, pns } = await twoAddresses()
  relay.fate = () => 'close'
  for (let ring = 0; ring < 5; ring++) await pns.post('/push_call', call)
  const asked = relay.received.length
  await pns.post('/register', phone)
  await vi.waitFor(() => expect(alternate.to('PUT', '/v1')).toHaveLength(1), 10_000)
  expect((await pns.post('/push_call', call)).status).toBe(200)
  expect(relay.received).toHaveLength(asked)
})
