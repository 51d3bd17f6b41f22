/** AWS's APIs on localhost with a real CloudFormation engine (MiniStack), in a virtual environment of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '../../local/listen.ts'
import { run, start } from './shell.ts'

const REQUIREMENTS = new URL('./requirements.txt', import.meta.url).pathname
const LOCALHOST_NAMES = new URL('./localhost-names.mjs', import.meta.url).pathname

async function freePort(): Promise<string> {
  const { url, close } = await listen(createServer())
  await close()
  return new URL(url).port
}

/** `env` is what a command needs to take it for AWS. */
export type Aws = { env: Record<string, string>; close: () => Promise<void> }

export async function startAws(): Promise<Aws> {
  const dir = await mkdtemp(join(tmpdir(), 'wakecall-aws-'))
  await run(`python3 -m venv venv && venv/bin/pip install --quiet --requirement ${REQUIREMENTS}`, { cwd: dir })
  const port = await freePort()
  const server = await start('exec venv/bin/ministack', /Running on/, {
    cwd: dir,
    env: { BIND_HOST: '127.0.0.1', GATEWAY_PORT: port },
  })
  return {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
      // Nobody is there to be asked.
      CDK_REQUIRE_APPROVAL: 'never',
      NODE_OPTIONS: `--import=${LOCALHOST_NAMES}`,
    },
    close: async () => {
      await server.interrupt()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
