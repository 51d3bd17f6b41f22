import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterAll, expect, it, onTestFinished, vi } from 'vitest'
import { LOCAL_APP, startCloud } from '../../local/cloud.ts'
import { tokenOf } from '../../local/tokens.ts'
import { runPns, settingsFor } from './harness.ts'
import { keyId, publicKey } from './keys.ts'

const quotas = { devices: 100, pushesPerMinute: 60_000 }
const pbx = { id: 'hq', name: 'hq', keys: { [keyId]: { publicKey, addedAt: 0 } }, quotas }
const cloud = await startCloud({ port: 0, pbxs: [pbx] })
afterAll(() => cloud.close())

/** Another address of the relay, which passes requests on, but no answer while it is `held`. */
async function slowAddress() {
  const slow = { url: '', held: false, withheld: '' }
  const server = createServer((client) => {
    const relay = connect(Number(new URL(cloud.relayUrl).port), '127.0.0.1')
    for (const socket of [client, relay]) {
      socket.on('error', () => {})
      socket.on('close', () => [client, relay].map((one) => one.destroy()))
    }
    client.pipe(relay)
    relay.on('data', (chunk) => {
      if (slow.held) slow.withheld += chunk
      else client.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  slow.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return slow
}

it('a call that is asked for at two addresses of one relay is pushed once', async () => {
  const slow = await slowAddress()
  const pns = await runPns(settingsFor(slow.url, { alternateRelay: cloud.relayUrl, defaultApp: LOCAL_APP, pushBudgetMs: 2000 }))
  const token = tokenOf({ kind: 'fcm', fate: 'accept', phone: 'alice' })
  await pns.post('/register', { extension: '1001', platform: 'android', token, deviceId: 'alice' })
  await vi.waitFor(async () => expect((await pns.ask('/devices')).json().devices[0].confirmed).toBe(true), 5000)
  slow.held = true
  const reply = await pns.post('/push_call', { to: '1001', from: '1002', callId: 'c' })
  expect([reply.status, reply.json().devices, reply.json().repeated]).toEqual([200, 1, true])
  expect(slow.withheld).toContain('"callId":"c"')
  const ringing = () => cloud.phones.history('alice').filter(({ kind }) => kind === 'ringing')
  await vi.waitFor(() => expect(ringing()).toHaveLength(1), 10_000)
})
