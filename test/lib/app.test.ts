import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const APP = join(import.meta.dirname, '../../bin/wakecall.ts')

let outdir: string
beforeAll(async () => {
  outdir = await mkdtemp(join(tmpdir(), 'wakecall-app-'))
})
afterAll(() => rm(outdir, { recursive: true, force: true }))

/** Runs the app as the CDK's command does, which hands it the context and the folder to write to. */
function run(context: Record<string, unknown>): Promise<{ code: unknown; stderr: string }> {
  const CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:bundling-stacks': [], ...context })
  const env = { PATH: process.env.PATH, CDK_CONTEXT_JSON, CDK_OUTDIR: outdir }
  return new Promise((resolve) => {
    execFile(process.execPath, [APP], { env }, (error, _, stderr) => resolve({ code: error?.code ?? 0, stderr }))
  })
}

test('the app writes the stack of the stage, for whatever account and region it is deployed to', async () => {
  expect(await run({ stage: 'prod' })).toEqual({ code: 0, stderr: '' })
  const manifest = JSON.parse(await readFile(join(outdir, 'manifest.json'), 'utf8'))
  expect(manifest.artifacts['wakecall-prod'].environment).toBe('aws://unknown-account/unknown-region')
})

test('bad settings end it with a message for the operator, not with a stack trace', async () => {
  const { code, stderr } = await run({ stage: 'PROD', throttleRate: 'fast' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Wakecall cannot be deployed with these settings:\n {2}stage: .*\n {2}throttleRate: .*\n/)
  expect(stderr).not.toMatch(/^\s+at /m)
})
