/** AWS's APIs on localhost with a real CloudFormation engine (MiniStack), in a virtual environment of its own. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { listen } from '../../local/listen.ts'
import { installPython } from './python.ts'
import { start } from './shell.ts'

const LOCALHOST_NAMES = join(import.meta.dirname, 'localhost-names.mjs')

export const REGION = 'eu-west-1'
export const ACCOUNT = '000000000000'
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' }

/** An address that nobody listens at. */
export async function freeAddress(): Promise<string> {
  const { url, close } = await listen(createServer())
  await close()
  return url
}

/** `env` is what a command needs to take it for AWS. */
export type Aws = { env: Record<string, string>; close: () => Promise<void> }

/** `functions`: variables for every Lambda function, which runs with the emulator's own environment beside its settings. */
export async function startAws(endpoint: string, functions: Record<string, string> = {}): Promise<Aws> {
  const dir = await mkdtemp(join(tmpdir(), 'wakecall-aws-'))
  const TMPDIR = join(dir, 'tmp')
  await mkdir(TMPDIR)
  const tools = await installPython(dir)
  const server = await start(`exec ${tools}/ministack`, /Running on/, {
    cwd: dir,
    clean: true,
    env: {
      // Lambda functions run on this Node, that of the project.
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      TMPDIR,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: new URL(endpoint).port,
      ...functions,
    },
  })
  return {
    env: {
      // The AWS command line, which was installed beside the emulator.
      PATH: `${process.env.PATH}:${tools}`,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_REGION: REGION,
      // Version 1 of the command line knows this one only.
      AWS_DEFAULT_REGION: REGION,
      CDK_APP: 'node test/real/deploy-app.ts',
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
