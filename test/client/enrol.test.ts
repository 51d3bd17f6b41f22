import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { enrol } from '../../client/keys/enrol.ts'
import { loadSettings } from '../../client/load-settings.ts'
import { keyIdOf, privateKeyFrom, publicKeyText } from '../../wire/signature.ts'
import { ended, run, serve, start } from './cli.ts'
import { keyFileIn, stubRelay, temporaryDir, virtualPatience } from './harness.ts'
import { pem, publicKey } from './keys.ts'
import { CODE } from './stub-keys.ts'
import { startStubProxy } from './stub-proxy.ts'
import { problem } from './stub-relay.ts'

/** A relay, and where a PBX would keep its files. */
async function prepare() {
  const [relay, dir] = [await stubRelay(), join(temporaryDir(), 'wakecall')]
  relay.keys.clear()
  const files = { config: join(dir, 'wakecall.toml'), keyFile: join(dir, 'key.pem'), dataDir: join(dir, 'data') }
  const options = ['--config', files.config, '--data', files.dataDir]
  return { relay, dir, ...files, options, given: { url: relay.url, code: CODE, network: {}, ...files } }
}

const modeOf = (file: string) => statSync(file).mode & 0o777
const publicHalfOf = (file: string) => publicKeyText(privateKeyFrom(readFileSync(file, 'utf8')))

it('gives a PBX an identity: key, settings, and a signed request', async () => {
  const { relay, dir, config, keyFile, options } = await prepare()
  const { code, out, err } = await run(['enrol', relay.url, CODE.toLowerCase(), ...options])
  expect([code, err]).toEqual([0, ''])
  const keyId = keyIdOf(publicHalfOf(keyFile))
  expect(out).toContain(`enrolled as hq, with the key ${keyId}`)
  expect(out).toContain(`wakecall serve --config ${config}`)
  expect([modeOf(keyFile), modeOf(config)]).toEqual([0o600, 0o640])
  expect(readdirSync(dir).toSorted()).toEqual(['key.pem', 'wakecall.toml'])
  expect(loadSettings(config)).toMatchObject({ relay: relay.url, pbx: 'hq', keyFile, dataDir: join(dir, 'data') })
  const [enrolment, test] = relay.received
  expect(enrolment).toMatchObject({ method: 'POST', path: '/v1/enrolments', signedBy: undefined })
  expect(enrolment?.body).toEqual({ code: CODE.replaceAll('-', ''), publicKey: publicHalfOf(keyFile) })
  expect(test).toMatchObject({ method: 'GET', path: '/v1/keys', signedBy: keyId })
  expect(JSON.stringify(relay.received)).not.toContain(
    String(privateKeyFrom(readFileSync(keyFile, 'utf8')).export({ format: 'jwk' }).d),
  )
})

it('goes by a proxy, which the settings then name', async () => {
  const { relay, config, options } = await prepare()
  const proxy = await startStubProxy()
  onTestFinished(proxy.close)
  const { code } = await run(['enrol', relay.url, CODE, ...options, '--proxy', proxy.url])
  expect(code).toBe(0)
  expect(proxy.asked.map(({ target }) => target)).toEqual([new URL(relay.url).host, new URL(relay.url).host])
  expect(loadSettings(config).network).toMatchObject({ proxy: proxy.url })
})

it('refuses a proxy and a CA file that cannot be used before anything is sent', async () => {
  const { relay, options } = await prepare()
  const { code, err } = await run(['enrol', relay.url, CODE, ...options, '--proxy', 'ftp://proxy', '--ca', '/dev/null'])
  expect(code).toBe(2)
  expect(err).toMatch(/^PROXY must be .*\nCA \/dev\/null holds no certificate.*\nThe code was not used/)
  expect(relay.received).toEqual([])
})

it('what it writes can be served at once', async () => {
  const { relay, config, options } = await prepare()
  const { code, out } = await run(['enrol', relay.url, CODE, ...options, '--json'])
  expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ pbx: 'hq', relay: relay.url, config })])
  writeFileSync(config, readFileSync(config, 'utf8').replace('# listen = "127.0.0.1:7460"', 'listen = "127.0.0.1:0"'))
  const { url } = await serve(config)
  expect((await fetch(`${url}/push_call?to=1001&from=1002`)).status).toBe(200)
})

it.each([
  ['http://relay.example', CODE, /^URL must be the address/],
  ['127.0.0.1', CODE, /^URL must be the address/],
  [undefined, '7K3QM-9X2PD', /^CODE must be the 20 letters/],
  ['ftp://x', 'U', /^URL .*\nCODE .*\nThe code was not used/],
])('refuses %s with %s before anything is written', async (url, code, says) => {
  const { relay, dir, options } = await prepare()
  const outcome = await run(['enrol', url ?? relay.url, code, ...options])
  expect(outcome).toMatchObject({ code: 2, out: '', err: expect.stringMatching(says) })
  expect([existsSync(dir), relay.received]).toEqual([false, []])
})

it('leaves settings that are there as they are, and the code unused', async () => {
  const { relay, options, config, keyFile, given } = await prepare()
  await enrol(given, virtualPatience())
  const [before, asked] = [readFileSync(config, 'utf8'), relay.received.length]
  const again = await run(['enrol', relay.url, CODE, ...options])
  expect(again).toMatchObject({ code: 2, err: expect.stringMatching(/is there already.*--config.*The code was not used/) })
  expect([readFileSync(config, 'utf8'), relay.received.length]).toEqual([before, asked])
  expect(existsSync(keyFile)).toBe(true)
})

it('a key that is there is used, unless others may read it', async () => {
  const { relay, given } = await prepare()
  const keyFile = keyFileIn(temporaryDir())
  chmodSync(keyFile, 0o640)
  await expect(enrol({ ...given, keyFile }, virtualPatience())).rejects.toThrow(
    /others may read it: chmod 600.*The code was not used/,
  )
  expect([relay.received, existsSync(given.config)]).toEqual([[], false])
  chmodSync(keyFile, 0o600)
  await enrol({ ...given, keyFile }, virtualPatience())
  expect(relay.received[0]?.body.publicKey).toBe(publicKey)
  expect(readFileSync(keyFile, 'utf8')).toBe(pem)
})

it('a place that cannot be written to costs no code', async () => {
  const { relay, given } = await prepare()
  const attempt = enrol({ ...given, config: '/dev/null/wakecall.toml' }, virtualPatience())
  await expect(attempt).rejects.toThrow(/\/dev\/null cannot be written to \(\w+\).*--config.*The code was not used/)
  expect(relay.received).toEqual([])
})

it('a run that was killed while the relay answered goes on with the same key', async () => {
  const { relay, options, config, keyFile } = await prepare()
  const { child, outcome } = start(['enrol', relay.url, CODE, ...options])
  const end = ended(child, outcome)
  relay.fate = (received) => {
    relay.well(received)
    child.kill('SIGKILL')
    return 'hang'
  }
  expect((await end).code).toBeNull()
  expect([existsSync(keyFile), existsSync(config)]).toEqual([true, false])
  relay.fate = relay.well
  expect(await run(['enrol', relay.url, CODE, ...options])).toMatchObject({ code: 0 })
  expect(relay.to('POST', '/v1/enrolments').map(({ body }) => body.publicKey)).toEqual(Array(2).fill(publicHalfOf(keyFile)))
})

it('an answer that was lost is told apart from a refusal; both keep the key', async () => {
  const { relay, given, config, keyFile } = await prepare()
  relay.fate = () => problem('internal')
  const lost = enrol(given, virtualPatience())
  await expect(lost).rejects.toMatchObject({ exitCode: 1, message: expect.stringContaining('run the same command again') })
  const key = readFileSync(keyFile, 'utf8')
  relay.fate = relay.well
  const refused = enrol({ ...given, code: CODE.replace('7', '8') }, virtualPatience())
  await expect(refused).rejects.toMatchObject({ exitCode: 1, message: expect.stringContaining('Compare it with the code') })
  expect(existsSync(config)).toBe(false)
  await enrol(given, virtualPatience())
  expect(readFileSync(keyFile, 'utf8')).toBe(key)
})

it.each([
  [0, 'does not know the key'],
  [-320_000, 's ahead of the relay'],
])('a test request that is refused by a clock %i ms off says what it is, and what is done', async (offset, says) => {
  const { relay, given, config } = await prepare()
  const time = () => new Date(Date.now() + offset).toISOString()
  relay.fate = (received) => (received.method === 'GET' ? problem('signature_refused', { time: time() }) : relay.well(received))
  const patience = virtualPatience()
  const attempt = enrol(given, patience)
  await expect(attempt).rejects.toThrow(
    new RegExp(`${says}.*enrolled as hq.*Do not enrol again.*wakecall keys list --config ${config}`, 's'),
  )
  expect(patience.monotonic()).toBe(offset === 0 ? 74_000 : 0)
  relay.fate = relay.well
  expect(await run(['keys', 'list', '--config', config])).toMatchObject({
    code: 0,
    out: expect.stringContaining('the key of these settings'),
  })
})

it('a key that the relay does not know everywhere yet is tried again', async () => {
  const { relay, given } = await prepare()
  const refused = problem('signature_refused', { time: new Date().toISOString() })
  relay.fate = (received) => (relay.to('GET', '/v1/keys').length === 1 ? refused : relay.well(received))
  await enrol(given, virtualPatience())
  expect(relay.to('GET', '/v1/keys')).toHaveLength(2)
})
