/** The contract suites of the stores on AWS's own DynamoDB Local: Java, out of the npm package that carries it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../local/listen.ts'
import { type Running, run, start } from './shell.ts'

const CARRIER = 'amplify-dynamodb-simulator@2.9.30'
const ROOT = new URL('../..', import.meta.url).pathname

let dir: string
let dynamodb: Running
let port: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wakecall-dynamodb-'))
  await run(`npm pack --silent ${CARRIER} && tar -xzf *.tgz --strip-components=2 package/emulator`, { cwd: dir })
  const free = await listen(createServer())
  await free.close()
  port = new URL(free.url).port
  const java = 'exec java -Djava.library.path=DynamoDBLocal_lib -jar DynamoDBLocal.jar -inMemory'
  dynamodb = await start(`${java} -port ${port}`, /Port:\s+\d+/, { cwd: dir })
  // It prints its port before it listens there.
  while (!(await fetch(`http://127.0.0.1:${port}`).catch(() => undefined))) await sleep(50)
})

afterAll(async () => {
  await dynamodb?.interrupt()
  await rm(dir, { recursive: true, force: true })
})

test('every contract holds on DynamoDB Local', async () => {
  const env = { WAKECALL_DYNAMODB_ENDPOINT: `http://127.0.0.1:${port}` }
  // Throws with what vitest printed if a test of it fails.
  const printed = await run('npx vitest run test/contract --maxWorkers=1', { cwd: ROOT, env })
  expect(printed).toMatch(/Tests .*\d{3} passed/)
})
