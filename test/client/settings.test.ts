import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { expect, it } from 'vitest'
import { loadSettings, settingsFrom } from '../../client/load-settings.ts'
import { SETTINGS_KEYS, settingsErrors } from '../../client/settings.ts'
import { keyFileIn, temporaryDir } from './harness.ts'

const sample = readFileSync('client/wakecall.sample.toml', 'utf8')
const allOfSample = sample.replace(/^# (\w+ = )/gm, '$1')

const good = () => {
  const dir = temporaryDir()
  return { relay: 'https://relay.example', pbx: 'hq', keyFile: keyFileIn(dir), dataDir: dir }
}

const errorsOf = (change: Record<string, unknown>): string[] => {
  try {
    settingsFrom({ ...good(), ...change })
    return []
  } catch (error) {
    return (error as Error).message.split('\n')
  }
}

it('the sample fits the schema, and both name the same keys', () => {
  const { log, ...rest } = parseToml(allOfSample)
  const keys = [...Object.keys(rest), 'log', ...Object.keys(log as object).map((key) => `log.${key}`)]
  expect(keys.toSorted()).toEqual(SETTINGS_KEYS.toSorted())
  expect(settingsErrors(parseToml(sample))).toEqual([])
  expect(settingsErrors(parseToml(allOfSample))).toEqual([])
})

it("the sample's commented defaults are the defaults", () => {
  const { listen, pushBudgetMs, ringSeconds, log } = settingsFrom(good())
  const { log: sampleLog, ...commented } = parseToml(allOfSample)
  expect(commented).toMatchObject({ listen, pushBudgetMs, ringSeconds })
  expect(sampleLog).toMatchObject(log)
})

it('all errors come at once, with names and without values', () => {
  const secret = 'short-secret!'
  const errors = errorsOf({ pbx: undefined, relay: 'ftp://x', localToken: secret, colour: 1, log: { level: 'loud', size: 1 } })
  const names = errors.map((error) => error.split(':')[0])
  expect(names.toSorted()).toEqual(['colour', 'localToken', 'log.level', 'log.size', 'pbx', 'relay'])
  expect(errors.join()).not.toContain(secret)
})

it.each(['http://127.0.0.1:7461', 'http://[::1]:7461', 'http://relay.localhost', 'https://relay.example'])(
  'a relay may be at %s',
  (relay) => {
    expect(errorsOf({ relay })).toEqual([])
  },
)

it.each([
  'http://relay.example',
  'http://10.0.0.1:7461',
  'https://relay.example/path',
  'https://user@relay.example',
  'https://relay.example?x=1',
  'relay.example',
])('relay must be an origin: %s', (relay) => {
  expect(errorsOf({ relay })).toEqual([expect.stringMatching(/^relay: must be/)])
})

it.each(['0.0.0.0:7460', '192.168.1.5:7460', '[::]:7460', 'pbx.example:7460'])('%s needs a localToken', (listen) => {
  expect(errorsOf({ listen })).toEqual([expect.stringMatching(/^localToken: is missing/)])
  expect(errorsOf({ listen, localToken: 'sixteen-characters' })).toEqual([])
})

it.each(['127.0.0.1:0', '127.1.2.3:80', '[::1]:7460', 'localhost:7460'])('%s does not', (listen) => {
  expect(errorsOf({ listen })).toEqual([])
})

it.each(['7460', '127.0.0.1', '127.0.0.1:99999', 'http://127.0.0.1:7460'])('%s is no listen address', (listen) => {
  expect(errorsOf({ listen })).toEqual([expect.stringMatching(/^listen: must be/)])
})

it('the key file must be there, private, PEM and Ed25519', () => {
  const dir = temporaryDir()
  const keyFile = join(dir, 'other.pem')
  const error = () => errorsOf({ keyFile })
  expect(error()).toEqual([expect.stringMatching(/^keyFile: there is no such file: openssl genpkey/)])
  writeFileSync(keyFile, 'no key', { mode: 0o600 })
  expect(error()).toEqual([expect.stringMatching(/^keyFile: is not a private key in PEM/)])
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  expect(error()).toEqual([expect.stringMatching(/^keyFile: holds a key of another kind/)])
  chmodSync(keyFile, 0o644)
  expect(error()).toEqual([expect.stringMatching(/^keyFile: others may read it: chmod 600/)])
})

it('a settings file of before says which line to delete', () => {
  expect(errorsOf({ keyId: 'k1' })).toEqual([expect.stringMatching(/^keyId: is no longer a setting.*: delete this line$/)])
})

it('a settings file that is missing or no TOML says what to do', () => {
  const dir = temporaryDir()
  const file = join(dir, 'wakecall.toml')
  expect(() => loadSettings(file)).toThrow(/cannot be read \(ENOENT\): write it with `wakecall enrol`/)
  writeFileSync(file, 'relay = "https://x"\npbx = secret\n')
  expect(() => loadSettings(file)).toThrow(/is not TOML: line 2/)
  expect(() => loadSettings(file)).not.toThrow(/secret/)
})
