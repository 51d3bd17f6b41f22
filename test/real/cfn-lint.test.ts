/** The templates without settings and with all of them, by AWS's own rules for them (cfn-lint). */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installPython } from './python.ts'
import { run } from './shell.ts'

const ROOT = join(import.meta.dirname, '../..')

let dir: string
let python: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wakecall-lint-'))
  python = await installPython(dir)
})

afterAll(() => rm(dir, { recursive: true, force: true }))

test.each([
  ['a fresh clone', ''],
  ['the example', '--context config=wakecall.config.example.ts'],
])('the template of %s is clean', async (_, config) => {
  const assembly = await mkdtemp(join(dir, 'assembly-'))
  await run(`cdk synth --quiet --output ${assembly} ${config}`, { cwd: ROOT })
  // Throws with what cfn-lint found; that the template says itself which rule it leaves out, and why, lib/ sees to.
  expect(await run(`${python}/cfn-lint --regions eu-west-1 -- ${assembly}/*.template.json`, { cwd: ROOT })).toBe('')
})

test('cfn-lint finds what is wrong with a template', async () => {
  const file = join(dir, 'wrong.template.json')
  await writeFile(file, '{"Resources":{"Queue":{"Type":"AWS::SQS::Queue","Properties":{"Delay":"soon"}}}}')
  await expect(run(`${python}/cfn-lint --regions eu-west-1 -- ${file}`, { cwd: dir })).rejects.toThrow(/E3002/)
})
