/**
 * The README as a stranger follows it: every command of it, as written and in its order, in a clean clone. AWS is an
 * emulator with a real CloudFormation engine, so what `cdk deploy` deploys is the real stack with the real bundles.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cloud, startCloud } from './cloud.ts'
import { appleKey, googleServiceAccount } from './credentials.ts'
import { type Running, run, start } from './shell.ts'

const ROOT = new URL('../..', import.meta.url).pathname

/** A command that goes on, and what it prints when it is ready. */
const GOES_ON: [command: RegExp, ready: RegExp][] = [
  [/npm start$/, /Ctrl-C ends it all/],
  [/ serve /, /listening/],
]

/** The commands of the ```sh blocks: a line each, a here-document with its lines. */
function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
  return blocks.flatMap((block) => block.match(/^.*<<(\w+)\n(?:.*\n)*?\1\n|^.+\n/gm) ?? []).map((command) => command.trimEnd())
}

const commands = commandsOf(await readFile(join(ROOT, 'README.md'), 'utf8'))
const indexOf = (part: string) => commands.findIndex((command) => command.includes(part))

let dir: string
let cloud: Cloud
let running: Running | undefined
const printed = new Map<string, string>()

/** The address and the code that the README has are examples: those that `pbx invite` printed take their place. */
const ENROL = /\benrol https?:\S+ [0-9A-Z-]{23}/
const printedEnrol = (example: string): string => printed.get(commands[indexOf('pbx invite')] ?? '')?.match(ENROL)?.[0] ?? example

async function stop(): Promise<void> {
  const code = await running?.interrupt()
  running = undefined
  if (code) throw new Error(`what went on ended with ${code} at Ctrl-C`)
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wakecall-readme-'))
  await run(`git clone --quiet --no-local ${ROOT} ${dir}`, { cwd: ROOT })
  // What a stranger has from Apple and from Google.
  await writeFile(join(dir, 'AuthKey_ABC123DEFG.p8'), appleKey())
  await writeFile(join(dir, 'service-account.json'), googleServiceAccount())
  cloud = await startCloud(() => {})
})

afterAll(async () => {
  await running?.interrupt()
  await cloud?.close()
  await rm(dir, { recursive: true, force: true })
})

test('the README has the commands that this test knows how to judge', () => {
  for (const part of [
    'npm start',
    'push-call',
    'npm test',
    'aws secretsmanager',
    'cdk deploy',
    'pbx invite',
    ' enrol ',
    ' serve ',
  ]) {
    expect(indexOf(part), part).toBeGreaterThanOrEqual(0)
  }
})

test.each(commands)('%s', async (command) => {
  const goesOn = GOES_ON.find(([pattern]) => pattern.test(command))
  if (command.startsWith('npm ci')) await stop()
  const env = commands.indexOf(command) >= indexOf('aws secretsmanager') ? cloud.env : {}
  const typed = command.replace(ENROL, printedEnrol)
  if (goesOn) running = await start(typed, goesOn[1], { cwd: dir, env })
  else printed.set(command, await run(typed, { cwd: dir, env }))
  if (command.endsWith('npm start')) await followTheGuide()
})

/** Every curl line that `npm start` prints, in its order; curl fails on a refusal. */
async function followTheGuide(): Promise<void> {
  const lines = running?.output().match(/^ {2}curl .*$/gm) ?? []
  expect(lines.length).toBeGreaterThan(5)
  for (const line of lines) {
    await run(line.trim().replace(/^curl/, 'curl --fail-with-body'), { cwd: dir })
  }
}

test('the phones rang from another terminal', () => {
  expect(printed.get(commands[indexOf('push-call')] ?? '')).toMatch(/devices pushed: 2/)
})

test('the deployed relay took a signed request of the PBX', () => {
  expect(printed.get(commands[indexOf(' enrol ')] ?? '')).toContain('which took a signed test request')
})
