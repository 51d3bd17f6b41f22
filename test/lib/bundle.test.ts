import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEPLOYED_FUNCTIONS, type DeployedFunction } from '../../lib/function.ts'
import { RelayStack } from '../../lib/relay-stack.ts'
import { readSettings } from '../../lib/settings.ts'
import { functionOf } from './synthesize.ts'

const LIMIT_BYTES = 450_000
const LOAD = 'const { handler } = await import(process.argv[1]); process.stdout.write(typeof handler)'

let outdir: string
const bundles = {} as Record<DeployedFunction, string>

beforeAll(async () => {
  // Far from node_modules: a bundle that needs anything of it cannot load there.
  outdir = await mkdtemp(join(tmpdir(), 'wakecall-bundle-'))
  const stack = new RelayStack(new App({ outdir }), 'wakecall-test', readSettings({ stage: 'test' }))
  const template = Template.fromStack(stack)
  for (const name of DEPLOYED_FUNCTIONS) {
    const { S3Key } = functionOf(template, name).properties.Code as { S3Key: string }
    bundles[name] = join(outdir, `asset.${S3Key.replace('.zip', '')}`, 'index.mjs')
  }
}, 60_000)

afterAll(() => rm(outdir, { recursive: true, force: true }))

describe.each(DEPLOYED_FUNCTIONS)('the bundle of %s', (name) => {
  test('imports nothing but what Node has', async () => {
    const options = { bundle: true, write: false, metafile: true, format: 'esm', platform: 'node', packages: 'external' } as const
    const { metafile } = await build({ ...options, entryPoints: [bundles[name]], outfile: 'unwritten.mjs' })
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
    expect(imports).not.toEqual([])
    expect(imports.filter((path) => !isBuiltin(path))).toEqual([])
  })

  test('loads by itself and exports its handler', async () => {
    const env = {
      TABLE_NAME: 'wakecall',
      CALLER_KEY: '',
      APPS: '{}',
      HISTORY_LOG_GROUP: 'history',
      AWS_REGION: 'eu-west-1',
    }
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', LOAD, bundles[name]], { env })
    expect(stdout).toBe('function')
  })

  test('carries no source map', async () => {
    expect(await readFile(bundles[name], 'utf8')).not.toContain('sourceMappingURL')
  })
})

test(`the bundle of calls is under ${LIMIT_BYTES / 1000} KB`, async () => {
  expect((await stat(bundles.calls)).size).toBeLessThan(LIMIT_BYTES)
})
