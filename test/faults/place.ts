import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyIdOf, publicKeyText } from '../../wire/signature.ts'
import { APP } from './model.ts'

export const PBX_ID = 'hq'
/** In a network of its own every port is free. */
export const PORTS = { pns: 7460, relay: 8080, dns: 53, secondDns: 5353 }

/** A folder with all that a PNS needs, before a relay whose name is looked up by DNS. */
export function createPlace() {
  const dir = mkdtempSync(join(tmpdir(), 'wakecall-faults-'))
  const files = {
    dataDir: join(dir, 'data'),
    database: join(dir, 'data/wakecall.sqlite'),
    config: join(dir, 'wakecall.toml'),
    key: join(dir, 'key.pem'),
    clock: join(dir, 'clock'),
    log: join(dir, 'pns.log'),
  }
  const keys = generateKeyPairSync('ed25519')
  const publicKey = publicKeyText(keys.publicKey)
  const settings = {
    relay: `http://relay.localhost:${PORTS.relay}`,
    pbx: PBX_ID,
    keyFile: files.key,
    dataDir: files.dataDir,
    listen: `127.0.0.1:${PORTS.pns}`,
    defaultApp: APP,
  }
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  const tables = ['[log]', 'level = "warn"', '[network]', `resolvers = ["127.0.0.1:${PORTS.secondDns}"]`]
  mkdirSync(files.dataDir)
  writeFileSync(files.key, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  writeFileSync(files.clock, '0')
  writeFileSync(files.config, [...lines, ...tables, ''].join('\n'))
  return { dir, files, key: { id: keyIdOf(publicKey), publicKey } }
}
