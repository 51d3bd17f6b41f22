/**
 * A relay, on port 7461, that knows who has registered and accepts every push: what is left is the gateway's own. It writes
 * the PBX's key to the file that is its argument.
 */
import { writeFileSync } from 'node:fs'
import { pem } from '../test/client/keys.ts'
import { startStubRelay } from '../test/client/stub-relay.ts'

const [keyFile = 'key.pem'] = process.argv.slice(2)
writeFileSync(keyFile, pem, { mode: 0o600 })

const relay = await startStubRelay(7461)
const registered = new Map<unknown, Set<string>>()
const at = '2026-01-01T00:00:00.000Z'

relay.fate = (received) => {
  relay.received.length = 0
  const { method, path, body } = received
  const [, , , extension = '', , deviceId = ''] = path.split('/')
  if (method === 'PUT') registered.set(extension, (registered.get(extension) ?? new Set()).add(deviceId))
  const fate = relay.well(received)
  if (path !== '/v1/calls' || typeof fate !== 'object') return fate
  const ids = [...(registered.get(body.to) ?? [])]
  const deliveries = ids.map((deviceId) => ({ deviceId, platform: 'ios', outcome: 'accepted', messageId: 'm1', at }))
  return { ...fate, body: { ...Object(fate.body), devices: ids.length, deliveries } }
}
process.stdout.write('listening\n')
