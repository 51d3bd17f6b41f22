import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDynamo } from '../../local/dynamodb.ts'
import type { Listening } from '../../local/listen.ts'
import { publicKeyText } from '../../wire/signature.ts'

const ADMIN = new URL('../../bin/wakecall-admin.ts', import.meta.url).pathname
const TABLE = 'wakecall-admin-test'
const dir = mkdtempSync(join(tmpdir(), 'wakecall-admin-'))
const { publicKey } = generateKeyPairSync('ed25519')

const fileOf = (name: string, content: string | Buffer) => {
  writeFileSync(join(dir, name), content)
  return join(dir, name)
}
const key = fileOf('office.pub.pem', publicKey.export({ type: 'spki', format: 'pem' }))
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaKey = fileOf('rsa.pub.pem', rsa.publicKey.export({ type: 'spki', format: 'pem' }))

let dynamo: Listening
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  dynamo = await startDynamo(TABLE)
  const credentials = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }
  env = { ...process.env, ...credentials, AWS_ENDPOINT_URL_DYNAMODB: dynamo.url }
})

afterAll(async () => {
  await dynamo.close()
  rmSync(dir, { recursive: true })
})

async function admin(...args: string[]) {
  const child = spawn(process.execPath, [ADMIN, ...args], { env })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, stdout, stderr }
}

test('pbx create writes a PBX that the relay knows, with its key and quotas', async () => {
  const created = await admin('pbx', 'create', 'office', '--public-key', key, '--table', TABLE, '--pushes', '60')
  expect(created).toMatchObject({ code: 0, stderr: '' })
  expect(created.stdout).toContain('pbx = "office" and keyId = "k1"')
  Object.assign(process.env, env)
  const { createPbxStore } = await import('../../lambdas/aws/pbxs.ts')
  expect(await createPbxStore(TABLE).get('office')).toEqual({
    id: 'office',
    name: 'office',
    keys: { k1: publicKeyText(publicKey) },
    quotas: { devices: 10_000, pushesPerMinute: 60 },
  })
})

test('an id that is taken stays as it is', async () => {
  await admin('pbx', 'create', 'branch', '--public-key', key, '--table', TABLE)
  const again = await admin('pbx', 'create', 'branch', '--public-key', key, '--table', TABLE, '--pushes', '1')
  expect(again.code).toBe(2)
  expect(again.stderr).toMatch(/branch is there already/)
})

test('every mistake is said at once', async () => {
  const { code, stderr } = await admin('pbx', 'create', 'Büro', '--devices', 'many')
  expect(code).toBe(2)
  for (const name of ['id', 'devices', 'table', 'public-key']) expect(stderr).toMatch(new RegExp(`^${name}: `, 'm'))
})

test.each([
  ['a key of another kind', () => rsaKey, /Ed25519/],
  ['no key', () => fileOf('text', 'hello'), /holds no public key/],
  ['no file', () => join(dir, 'nowhere'), /nowhere/],
])('%s is refused', async (_, file, says) => {
  const { code, stderr } = await admin('pbx', 'create', 'other', '--public-key', file(), '--table', TABLE)
  expect(code).toBe(2)
  expect(stderr).toMatch(says)
})

test('an unknown option or command shows how it goes', async () => {
  expect((await admin('pbx', 'create', 'x', '--tabel', TABLE)).code).toBe(2)
  expect(await admin('pbx', 'destroy', 'x')).toMatchObject({ code: 2, stderr: expect.stringContaining('pbx create ID') })
  expect(await admin('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('pbx create ID') })
})

test('a table that is not there is an error of AWS, in one line', async () => {
  const { code, stderr } = await admin('pbx', 'create', 'other', '--public-key', key, '--table', 'no-such-table')
  expect(code).toBe(1)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})
