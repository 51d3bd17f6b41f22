/**
 * The stub relay as a program, on port 7461. It writes the PBX's key to the file that is its argument, knows the phones
 * that were registered, and prints what reaches it.
 */
import { writeFileSync } from 'node:fs'
import { pem } from '../../client/keys.ts'
import { startStubRelay } from '../../client/stub-relay.ts'

const [keyFile = 'key.pem'] = process.argv.slice(2)
writeFileSync(keyFile, pem, { mode: 0o600 })

const relay = await startStubRelay(7461)
const registered = new Set<string>()

relay.fate = (received) => {
  const { method, path, query, body } = received
  process.stdout.write(`${JSON.stringify({ method, path, query, body })}\n`)
  const [, , , extension = ''] = path.split('/')
  if (method === 'PUT') registered.add(extension)
  const fate = relay.well(received)
  const nobody = path === '/v1/calls' && !registered.has(String(body.to))
  return nobody && typeof fate === 'object' ? { ...fate, body: { ...Object(fate.body), devices: 0, deliveries: [] } } : fate
}
process.stdout.write('listening\n')
