import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { parse as parseToml } from 'smol-toml'
import { expect, it } from 'vitest'
import { loadSettings, loadSettingsFile, settingsFrom } from '../../client/load-settings.ts'
import { SETTINGS_KEYS, SettingsError, settingsErrors } from '../../client/settings.ts'
import { keyFileIn, temporaryDir } from './harness.ts'

const sample = readFileSync('client/wakecall.sample.toml', 'utf8')
const allOfSample = sample.replace(/^# (\w+ = |\[\w+\]$)/gm, '$1')

const good = () => {
  const dir = temporaryDir()
  return { relay: 'https://relay.example', pbx: 'hq', keyFile: keyFileIn(dir), dataDir: dir }
}

const errorsOf = (change: Record<string, unknown>): readonly string[] => saidBy(() => settingsFrom({ ...good(), ...change }))

function saidBy(load: () => unknown): readonly string[] {
  try {
    load()
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError)
    return (error as SettingsError).errors
  }
}

/** A settings file of these lines, and its good ones above them if it is to have any. */
function fileOf(lines: string[], above: Record<string, unknown> = good()): string {
  const file = join(temporaryDir(), 'wakecall.toml')
  const toml = Object.entries(above).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  writeFileSync(file, [...toml, ...lines].join('\n'))
  return file
}

it('the sample fits the schema, and both name the same keys', () => {
  const keys = Object.entries(parseToml(allOfSample)).flatMap(([name, value]) => {
    const table = typeof value === 'object' && !Array.isArray(value)
    return [name, ...(table ? Object.keys(value).map((key) => `${name}.${key}`) : [])]
  })
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
  const change = {
    localToken: secret,
    colour: 1,
    log: { level: 'loud', size: 1 },
    network: { proxy: `https://user:${secret}@x` },
  }
  const errors = errorsOf({ pbx: undefined, relay: 'ftp://x', ...change, ari: { password: [secret] } })
  const names = errors.map((error) => error.split(':')[0])
  const ari = ['ari.password', 'ari.url', 'ari.username']
  const others = ['colour', 'localToken', 'log.level', 'log.size', 'network.proxy', 'pbx', 'relay']
  expect(names.toSorted()).toEqual([...ari, ...others].toSorted())
  expect(errors.join()).not.toContain(secret)
})

it.each([
  [{ holdSeconds: 5 }, 'gateway.holdSeconds: must be 6 to 45 seconds'],
  [{ holdSeconds: 46 }, 'gateway.holdSeconds: must be 6 to 45 seconds'],
  [{ holdSeconds: 6.5 }, 'gateway.holdSeconds: must be a whole number of seconds'],
  [{ pingMs: 99 }, 'gateway.pingMs: must be 100 to 5000 milliseconds'],
  [{ listen: '192.0.2.1:7462' }, 'gateway.listen: must be a loopback address:port, like 127.0.0.1:7462'],
])('the gateway refuses %j', (gateway, error) => {
  expect(errorsOf({ gateway })).toEqual([error])
  expect(errorsOf({ gateway: { holdSeconds: 45, pingMs: 100, listen: '[::1]:7462' } })).toEqual([])
})

it('a value of another type says what it must be, in the words of people', () => {
  const nested = (key: string, value: unknown) => key.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
  for (const key of SETTINGS_KEYS) {
    const errors = [true, 7, 'ü ü', {}].flatMap((value) => errorsOf(nested(key, value) as Record<string, unknown>))
    expect(errors, key).not.toEqual([])
    expect(errors.filter((error) => /expected|received|invalid/i.test(error))).toEqual([])
  }
})

it('every error says its line, from the top', () => {
  const lines = [
    '',
    'pushBudgetMs = "2 s" # text',
    'resolvers = []',
    '[network]',
    'resolvers = [',
    '  "9.9.9.9",',
    '  "nine"]',
    '',
  ]
  const file = fileOf([...lines, '[ari]', 'url = "http://127.0.0.1:8088/ari"', "username = 'a'", 'level = "info"'])
  expect(saidBy(() => loadSettings(file))).toEqual([
    'line 6: pushBudgetMs: must be a whole number of milliseconds, 50 to 30000, without quotes',
    'line 7: resolvers: is not a setting here: move it below [network]',
    expect.stringMatching(/^line 9: network.resolvers.1: must be an IP address/),
    'line 13: ari.password: is missing: add it below [ari]; `wakecall config sample` shows how',
    'line 16: ari.level: is not a setting here: move it below [log]',
  ])
  const bare = saidBy(() => loadSettings(fileOf(['[log]', 'ringSeconds = 20'], {})))
  expect(bare).toContain('pbx: is missing: add it above the first [table]; `wakecall config sample` shows how')
  expect(bare.at(-1)).toBe('line 2: log.ringSeconds: is not a setting here: move it above the first [table]')
})

it.each([
  ['push_budget_ms', 'did you mean pushBudgetMs?'],
  ['ringSecond', 'did you mean ringSeconds?'],
  ['relais', 'did you mean relay?'],
  ['log.levle', 'did you mean log.level?'],
  ['colour', 'delete it, or see `wakecall config sample`'],
  ['abc', 'delete it, or see `wakecall config sample`'],
])('%s is not a setting', (key, next) => {
  const [name = '', inner] = key.split('.')
  expect(errorsOf({ [name]: inner ? { [inner]: 1 } : 1 })).toEqual([`${key}: is not a setting: ${next}`])
})

it('relative paths start at the folder of the settings file', () => {
  const file = fileOf(['[log]', 'file = "logs/pns.log"'], { ...good(), keyFile: 'key.pem', dataDir: '../data' })
  keyFileIn(dirname(file))
  const { keyFile, dataDir, log } = loadSettings(file)
  const dir = dirname(file)
  expect([keyFile, dataDir, log.file]).toEqual([join(dir, 'key.pem'), join(dir, '../data'), join(dir, 'logs/pns.log')])
})

it('a file of certificates must be there, and hold one', () => {
  const file = fileOf(['[network]', 'caFile = "ca.pem"'])
  expect(saidBy(() => loadSettings(file))).toEqual([expect.stringMatching(/^line 6: network.caFile: cannot be read \(ENOENT\)/)])
  writeFileSync(join(dirname(file), 'ca.pem'), 'no certificate')
  expect(saidBy(() => loadSettings(file))).toEqual([expect.stringMatching(/caFile: holds no certificate in PEM/)])
  writeFileSync(join(dirname(file), 'ca.pem'), rootCertificates[0] ?? '')
  expect(loadSettings(file).network.caFile).toBe(join(dirname(file), 'ca.pem'))
})

it('the files that settings name can be left unread', () => {
  const file = fileOf(['localToken = "sixteen-characters"'], { ...good(), keyFile: '/nowhere/key.pem' })
  expect(loadSettingsFile(file).localToken).toBe('sixteen-characters')
  expect(() => loadSettings(file)).toThrow(/^line 3: keyFile: there is no such file/)
  expect(() => loadSettingsFile(fileOf(['pbx = "HQ"'], {}))).toThrow(/^line 1: pbx: must be/m)
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
  expect(errorsOf({ listen })).toEqual([expect.stringMatching(/^listen: is an address that others can reach.*add a localToken/)])
  expect(errorsOf({ listen, localToken: 'sixteen-characters' })).toEqual([])
})

it.each(['127.0.0.1:0', '127.1.2.3:80', '[::1]:7460', 'localhost:7460', 'unix:/run/pns.sock', `unix:/${'x'.repeat(106)}`])(
  '%s does not',
  (listen) => {
    expect(errorsOf({ listen })).toEqual([])
  },
)

it.each(['7460', '127.0.0.1', '127.0.0.1:99999', 'http://127.0.0.1:7460', 'unix:pns.sock', `unix:/${'x'.repeat(107)}`])(
  '%s is no listen address',
  (listen) => {
    expect(errorsOf({ listen })).toEqual([expect.stringMatching(/^listen: must be/)])
  },
)

it('the key file must be there, private, PEM and Ed25519', () => {
  const dir = temporaryDir()
  const keyFile = join(dir, 'other.pem')
  const error = () => errorsOf({ keyFile })
  expect(error()).toEqual([expect.stringMatching(/^keyFile: there is no such file: put the key back/)])
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

it('a settings file that is missing says what to do', () => {
  expect(() => loadSettings('/nowhere.toml')).toThrow(/cannot be read \(ENOENT\): write it with `wakecall enrol`/)
})

it.each([
  [['pbx = secret'], 1, 'a line is key = value, with text in quotes'],
  [['pbx = "hq"', 'secret'], 2, 'a line is key = value, with text in quotes'],
  [['pbx = "hq"', '[log]', '[log]', 'level = "secret"'], 3, 'the key or its table stands above already: delete one of them'],
])('what is no TOML says its line, and no value: %j', (lines, line, next) => {
  const errors = saidBy(() => loadSettings(fileOf(lines, {})))
  expect(errors).toEqual([expect.stringMatching(new RegExp(`^line ${line}: is not TOML \\(.*\\): ${next}$`))])
  expect(errors.join()).not.toContain('secret')
})
