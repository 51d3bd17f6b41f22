import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { namesFor } from '../../client/net/names.ts'
import { createTransport } from '../../client/relay/transport.ts'
import { stubRelay } from './harness.ts'

const HEALTH = { method: 'GET', path: '/v1/health', query: '', body: '' }
const WITHIN_MS = 5_000

/** A transport before a relay whose connections a test may cut; its clock goes on when it is told. */
async function kept() {
  let now = 0
  const clock = { wall: () => now, monotonic: () => now }
  const relay = await stubRelay()
  const sockets: Socket[] = []
  relay.server.on('connection', (socket: Socket) => sockets.push(socket))
  const closedIdle = vi.fn()
  const transport = createTransport({ relay: relay.url }, clock, { closedIdle, names: namesFor(undefined, clock) })
  onTestFinished(() => transport.close())
  await transport.send(HEALTH, WITHIN_MS)
  const pass = (ms: number) => {
    now += ms
  }
  return { ...transport, relay, sockets, closedIdle, pass }
}

it('requests share a connection', async () => {
  const { send, sockets } = await kept()
  expect((await send(HEALTH, WITHIN_MS)).status).toBe(200)
  expect(sockets).toHaveLength(1)
})

it.each(['end', 'resetAndDestroy'] as const)(
  'an idle connection that the relay closes (%s) tells how long it lets them be',
  async (close) => {
    const { sockets, closedIdle, pass } = await kept()
    pass(30_000)
    sockets[0]?.[close]()
    await vi.waitFor(() => expect(closedIdle.mock.calls).toEqual([[30_000]]), 10_000)
  },
)

it('one that is reset as it is taken up again tells so too, and costs no request', async () => {
  const { send, sockets, closedIdle, pass } = await kept()
  pass(30_000)
  sockets[0]?.resetAndDestroy()
  expect((await send(HEALTH, WITHIN_MS)).status).toBe(200)
  expect(closedIdle.mock.calls).toEqual([[30_000]])
  expect(sockets).toHaveLength(2)
})

it('one that goes from hand to hand, because more ask than there are, is followed once', async () => {
  const { send, sockets, closedIdle, pass } = await kept()
  const warned = vi.fn()
  process.on('warning', warned)
  onTestFinished(() => void process.off('warning', warned))
  for (let i = 0; i < 2; i++) await Promise.all(Array.from({ length: 1_000 }, () => send(HEALTH, WITHIN_MS)))
  pass(30_000)
  for (const socket of sockets) socket.end()
  await vi.waitFor(() => expect(closedIdle).toHaveBeenCalledTimes(sockets.length), 10_000)
  expect(warned).not.toHaveBeenCalled()
})

const cut = ({ socket }: IncomingMessage) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{')

it.each<[string, string, (request: IncomingMessage, giveUp: AbortController) => void]>([
  ['is cut while it is in use', 'relay_unreachable', cut],
  ['is given up by us', 'relay_slow', (_, giveUp) => giveUp.abort()],
])('one that %s tells nothing of idleness', async (_, code, fate) => {
  const { send, relay, sockets, closedIdle, pass } = await kept()
  const overtaken = new AbortController()
  pass(30_000)
  relay.server.removeAllListeners('request')
  relay.server.on('request', (request) => fate(request, overtaken))
  await expect(send(HEALTH, WITHIN_MS, overtaken.signal)).rejects.toMatchObject({ code })
  await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true), 10_000)
  expect(closedIdle).not.toHaveBeenCalled()
})
