import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSettings } from '../../lib/load-settings.ts'
import { readSettings } from '../../lib/settings.ts'

const ROOT = join(import.meta.dirname, '../..')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wakecall-app-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the app as the CDK's command does, which hands it the context and the folder to write to. */
function run(context: Record<string, unknown> = {}, cwd = ROOT): Promise<{ code: unknown; stderr: string }> {
  const CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:bundling-stacks': [], ...context })
  const env = { PATH: process.env.PATH, CDK_CONTEXT_JSON, CDK_OUTDIR: join(folder, 'out') }
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'bin/wakecall.ts')], { env, cwd }, (error, _, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    )
  })
}

async function environmentOf(stack: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'out/manifest.json'), 'utf8'))
  return manifest.artifacts[stack].environment
}

test('no settings at all make a stack, for whatever account and region it is deployed to', async () => {
  await writeFile(join(folder, 'empty.mjs'), 'export const config = {}')
  expect(await run({ config: 'empty.mjs' }, folder)).toMatchObject({ code: 0 })
  expect(await environmentOf('wakecall-dev')).toBe('aws://unknown-account/unknown-region')
})

test('where no file is named it is wakecall.config.ts, and without that the defaults', async () => {
  const standard = join(folder, 'wakecall.config.mjs')
  expect(await loadSettings(undefined, standard)).toEqual(readSettings({}))
  await writeFile(standard, "export const config = { stage: 'own' }")
  expect(await loadSettings(undefined, standard)).toMatchObject({ stage: 'own' })
})

test('the example makes a stack for its region', async () => {
  expect(await run({ config: 'wakecall.config.example.ts' })).toMatchObject({ code: 0 })
  expect(await environmentOf('wakecall-prod')).toBe('aws://unknown-account/eu-west-1')
})

test('a file is looked for where the command is run', async () => {
  await writeFile(join(folder, 'mine.mjs'), "export const config = { stage: 'mine' }")
  expect(await run({ config: 'mine.mjs' }, folder)).toMatchObject({ code: 0 })
  expect(await environmentOf('wakecall-mine')).toBe('aws://unknown-account/unknown-region')
})

test('bad settings end it with a message for the operator, not with a stack trace', async () => {
  await writeFile(join(folder, 'bad.mjs'), "export const config = { stage: 'PROD', keepNumbers: 'never' }")
  const { code, stderr } = await run({ config: 'bad.mjs' }, folder)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Wakecall cannot be deployed with these settings:\n {2}stage: .*\n {2}keepNumbers: .*\n/)
  expect(stderr).not.toMatch(/^\s+at /m)
})

test.each([
  ['that exports no config', 'none.mjs', 'export default {}', 'the whole: '],
  ['that is not there', 'nowhere.mjs', undefined, 'cannot be read'],
])('a file %s is an error that says where settings are explained', async (_, name, text, says) => {
  const file = join(folder, name)
  if (text) await writeFile(file, text)
  const refused = loadSettings(file)
  await expect(refused).rejects.toThrow(says)
  await expect(refused).rejects.toThrow('wakecall.config.example.ts')
})
