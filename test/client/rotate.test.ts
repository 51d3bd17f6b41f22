import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, linkSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { idOf } from '../../client/keys/key-file.ts'
import { rotate } from '../../client/keys/rotate.ts'
import { type Settings, settingsFrom } from '../../client/load-settings.ts'
import { privateKeyFrom } from '../../wire/signature.ts'
import { ended, run, settingsFile, start } from './cli.ts'
import { runPns, settingsFor, stubRelay, temporaryDir, virtualPatience } from './harness.ts'
import { keyId, type keys, pem } from './keys.ts'
import { problem, type Received, type StubRelay } from './stub-relay.ts'

const call = { to: '1001', from: '1002' }
const idIn = (file: string) => idOf(privateKeyFrom(readFileSync(file, 'utf8')))
const keyFilesIn = (dir: string) => readdirSync(dir).filter((name) => name.startsWith('key.pem'))

/** A PNS whose settings name the address that it listens on, as those of a real one do. */
async function prepare({ running = true, ...overrides }: Record<string, unknown> = {}) {
  const [relay, dir] = [await stubRelay(), temporaryDir()]
  const settings = settingsFor(relay.url, { dir, ...overrides })
  const fresh = () => settingsFrom({ ...withoutKey(settings), ...overrides })
  const pns = running ? await runPns(settings, fresh) : undefined
  const listen = pns?.url.replace('http://', '') ?? (await nobody())
  return { relay, dir, pns, read: (): Settings => ({ ...fresh(), listen }) }
}

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const gone = await stubRelay()
  await gone.close()
  return `127.0.0.1:${gone.port}`
}

const withoutKey = ({ key, ...rest }: Settings) => rest

/** Exactly one key is left, here and at the relay, and it is not the one from before. */
function expectRotated(relay: StubRelay, dir: string): string {
  const own = idIn(join(dir, 'key.pem'))
  expect([...relay.keys.keys()]).toEqual([own])
  expect(own).not.toBe(keyId)
  expect(keyFilesIn(dir)).toEqual(['key.pem'])
  expect(statSync(join(dir, 'key.pem')).mode & 0o777).toBe(0o600)
  return own
}

it('replaces the key of a running PNS, each step signed with a key that the relay has', async () => {
  const { relay, dir, pns, read } = await prepare()
  const rotated = await rotate(read(), virtualPatience())
  const own = expectRotated(relay, dir)
  expect(rotated).toEqual({ pbx: 'hq', keyId: own, removedKeyId: keyId, pns: 'reloaded' })
  expect(relay.received.map(({ method, path, signedBy }) => [method, path, signedBy])).toEqual([
    ['POST', '/v1/keys', keyId],
    ['GET', '/v1/keys', own],
    ['DELETE', `/v1/keys/${keyId}`, own],
  ])
  expect((await pns?.post('/push_call', call))?.status).toBe(200)
  expect(relay.received.at(-1)?.signedBy).toBe(own)
})

it('the old key stays good until the calls that it signs have ended', async () => {
  const { relay, dir, pns, read } = await prepare()
  const released = Promise.withResolvers<void>()
  relay.fate = async (received: Received) => {
    if (received.path !== '/v1/calls') return relay.well(received)
    await released.promise
    // Its second attempt is signed anew, with the same old key.
    return relay.to('POST', '/v1/calls').length === 1 ? 'close' : relay.well(received)
  }
  const running = pns?.post('/push_call', call)
  await vi.waitFor(() => expect(relay.to('POST', '/v1/calls')).toHaveLength(1), 10_000)
  const seen: string[][] = []
  const patience = virtualPatience(() => {
    seen.push([...relay.keys.keys()])
    if (seen.length === 4) released.resolve()
  })
  await rotate(read(), patience)
  expect((await running)?.status).toBe(200)
  expect(relay.to('POST', '/v1/calls').map(({ signedBy }) => signedBy)).toEqual([keyId, keyId])
  expect(seen.slice(0, 4)).toEqual(Array(4).fill([keyId, expect.any(String)]))
  expectRotated(relay, dir)
})

it('without a PNS it says so, and is no error', async () => {
  const { relay, dir, read } = await prepare({ running: false })
  expect(await rotate(read(), virtualPatience())).toMatchObject({ pns: 'not running' })
  expectRotated(relay, dir)
})

it('a PNS with a localToken is asked with it', async () => {
  const { relay, dir, read } = await prepare({ localToken: 'a-long-secret-of-ours' })
  expect(await rotate(read(), virtualPatience())).toMatchObject({ pns: 'reloaded' })
  expectRotated(relay, dir)
})

it.each([
  ['POST', ['key.pem', 'key.pem.new'], 'Nothing has changed for calls'],
  ['GET', ['key.pem', 'key.pem.new'], 'Nothing has changed for calls'],
  ['DELETE', ['key.pem', 'key.pem.old'], 'the relay still accepts the old one'],
])('a rotation that fails at %s goes on from there, with the same new key', async (method, files, standing) => {
  const { relay, dir, pns, read } = await prepare()
  const fails = ({ method: is, path }: Received) => is === method && path.startsWith('/v1/keys')
  relay.fate = (received) => (fails(received) ? problem('internal') : relay.well(received))
  const failure = expect.stringMatching(new RegExp(`500.*${standing}.*wakecall keys rotate. again`, 's'))
  await expect(rotate(read(), virtualPatience())).rejects.toMatchObject({ exitCode: 1, message: failure })
  expect(keyFilesIn(dir)).toEqual(files)
  const next = files.map((file) => idIn(join(dir, file))).find((id) => id !== keyId)
  expect((await pns?.post('/push_call', call))?.status).toBe(200)
  relay.fate = relay.well
  expect(await rotate(read(), virtualPatience())).toMatchObject({ keyId: next, removedKeyId: keyId })
  expect(expectRotated(relay, dir)).toBe(next)
})

it('a run that was killed while the relay added the key is taken up', async () => {
  const relay = await stubRelay()
  const config = settingsFile(relay.url, { listen: await nobody() })
  const dir = join(config, '..')
  const { child, outcome } = start(['keys', 'rotate', '--config', config])
  const end = ended(child, outcome)
  relay.fate = (received) => {
    relay.well(received)
    child.kill('SIGKILL')
    return 'hang'
  }
  expect((await end).code).toBeNull()
  const next = idIn(join(dir, 'key.pem.new'))
  expect([...relay.keys.keys()]).toEqual([keyId, next])
  relay.fate = relay.well
  const again = await run(['keys', 'rotate', '--config', config, '--json'])
  expect(again).toMatchObject({ code: 0, err: '' })
  expect(JSON.parse(again.out)).toEqual({ pbx: 'hq', keyId: next, removedKeyId: keyId, pns: 'not running' })
  expect(expectRotated(relay, dir)).toBe(next)
})

it('a run that was killed while the relay removed the old key is taken up', async () => {
  const relay = await stubRelay()
  const config = settingsFile(relay.url, { listen: await nobody() })
  const dir = join(config, '..')
  const next = swapped(relay, dir)
  const { child, outcome } = start(['keys', 'rotate', '--config', config])
  const end = ended(child, outcome)
  relay.fate = (received) => {
    relay.well(received)
    child.kill('SIGKILL')
    return 'hang'
  }
  expect((await end).code).toBeNull()
  expect(keyFilesIn(dir)).toEqual(['key.pem', 'key.pem.old'])
  relay.fate = relay.well
  expect(await run(['keys', 'rotate', '--config', config])).toMatchObject({ code: 0, out: expect.stringContaining(next) })
  expect(expectRotated(relay, dir)).toBe(next)
})

/** What a run leaves that was killed when the new key was in place. */
function swapped(relay: StubRelay, dir: string): string {
  const file = join(dir, 'key.pem')
  const { privateKey } = generateKeyPairSync('ed25519')
  renameSync(file, `${file}.old`)
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  relay.keys.set(idOf(privateKey), publicOf(privateKey))
  return idOf(privateKey)
}

const publicOf = (key: typeof keys.privateKey) => String(key.export({ format: 'jwk' }).x)

it('a run that was killed between saving the old key and replacing it begins with the same new key', async () => {
  const { relay, dir, read } = await prepare()
  relay.fate = (received) => (received.method === 'GET' ? problem('internal') : relay.well(received))
  await expect(rotate(read(), virtualPatience())).rejects.toThrow()
  linkSync(join(dir, 'key.pem'), join(dir, 'key.pem.old'))
  const next = idIn(join(dir, 'key.pem.new'))
  relay.fate = relay.well
  await rotate(read(), virtualPatience())
  expect(expectRotated(relay, dir)).toBe(next)
})

it('a PNS that keeps its old settings keeps the old key alive', async () => {
  const { relay, dir, pns, read } = await prepare()
  writeFileSync(join(dir, 'other.pem'), pem, { mode: 0o600 })
  const other = await runPns({ ...read(), listen: '127.0.0.1:0', dataDir: temporaryDir() })
  const settings = { ...read(), listen: other.url.replace('http://', '') }
  const attempt = rotate(settings, virtualPatience())
  await expect(attempt).rejects.toThrow(/signs with another key.*restart it.*still accepts the old one/s)
  expect(relay.keys.size).toBe(2)
  expect((await other.post('/push_call', call)).status).toBe(200)
  expect(await rotate(read(), virtualPatience())).toMatchObject({ pns: 'reloaded', removedKeyId: keyId })
  expect((await pns?.post('/push_call', call))?.status).toBe(200)
})

it('a next key that others may read is refused', async () => {
  const { relay, dir, read } = await prepare({ running: false })
  writeFileSync(join(dir, 'key.pem.new'), pem, { mode: 0o600 })
  chmodSync(join(dir, 'key.pem.new'), 0o644)
  await expect(rotate(read(), virtualPatience())).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('chmod 600'),
  })
  expect([relay.received, existsSync(join(dir, 'key.pem.old'))]).toEqual([[], false])
})

it('keys list says which key is whose, and what the relay refuses', async () => {
  const relay = await stubRelay()
  const config = settingsFile(relay.url)
  relay.keys.set('0123456789abcdef', 'x')
  const { out } = await run(['keys', 'list', '--config', config])
  expect(out).toMatch(new RegExp(`^${keyId}  since .*  the key of these settings\n0123456789abcdef  since \\S+\n$`))
  const { keys } = JSON.parse((await run(['keys', 'list', '--json', '--config', config])).out)
  expect(keys.map(({ own }: { own: boolean }) => own)).toEqual([true, false])
  relay.keys.clear()
  expect(await run(['keys', 'list', '--config', config])).toMatchObject({
    code: 1,
    err: expect.stringContaining('does not know the key'),
  })
})
