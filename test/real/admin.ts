import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll } from 'vitest'
import type { PbxStore } from '../../core/pbx.ts'
import { startDynamo } from '../../local/dynamodb.ts'
import { type Listening, listen } from '../../local/listen.ts'
import { LOCAL_CREDENTIALS } from '../contract/dynamodb.ts'

const ADMIN = new URL('../../bin/wakecall-admin.ts', import.meta.url).pathname
const TABLE = 'wakecall-admin-test'
export const RELAY_URL = 'https://relay.example.com'
const RELAY = { RelayUrl: RELAY_URL, TableName: TABLE }

/** The operator's machine, for the tests of one file: the relay's table, a directory with outputs.json, the command. */
export function useAdmin() {
  const dir = mkdtempSync(join(tmpdir(), 'wakecall-admin-'))
  let dynamo: Listening

  const file = (name: string, content: object | string) =>
    writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content))

  beforeAll(async () => {
    dynamo = await startDynamo(TABLE)
    Object.assign(process.env, LOCAL_CREDENTIALS, { AWS_ENDPOINT_URL_DYNAMODB: dynamo.url })
    file('outputs.json', { 'wakecall-dev': RELAY })
  })
  afterAll(async () => {
    await dynamo.close()
    rmSync(dir, { recursive: true })
  })

  async function runWith(env: NodeJS.ProcessEnv, ...args: string[]) {
    const own = { HOME: dir, AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL_DYNAMODB: dynamo.url }
    const child = spawn(process.execPath, [ADMIN, ...args], { cwd: dir, env: { ...process.env, ...own, ...env } })
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { code: child.exitCode, stdout, stderr }
  }
  const run = (...args: string[]) => runWith({}, ...args)

  return {
    RELAY,
    file,
    run,
    runWith,
    /** What a command that succeeds prints with --json. */
    async json(...args: string[]) {
      const { code, stdout, stderr } = await run(...args, '--json')
      if (code !== 0) throw new Error(stderr)
      return JSON.parse(stdout)
    },
    async store(): Promise<PbxStore> {
      const { createPbxStore } = await import('../../lambdas/aws/pbxs.ts')
      return createPbxStore(TABLE)
    },
  }
}

/** A DynamoDB that answers everything with this error. */
export const failingDynamo = (error: string): Promise<Listening> =>
  listen(
    createServer((_, response) => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
      response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${error}`, message: 'No.' }))
    }),
  )
