/** `npm start`: a call wakes two phones on this machine. The options are in `HELP`. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { type Demo, PHONE_IDS, startDemo } from './demo/demo.ts'
import { guide } from './demo/guide.ts'
import { missingSteps } from './demo/timeline.ts'

const WAKECALL = fileURLToPath(new URL('../pbx/wakecall.ts', import.meta.url))

const HELP = `npm start -- [options]

  --once           ring once, print the timeline, exit: 0 if both phones woke, 1 if a step is missing
  --json           print the timeline as JSON
  --port PORT      where the relay listens (default 7461; 0 takes a free one)
  --pns-port PORT  where the PNS listens (default 7460; 0 takes a free one)
  --data DIR       keep the relay's table and the PNS's registrations in DIR (default: forgotten at the end).
                   SNS is made anew each time: only virtual phones register again by themselves
`

const print = (text: string) => process.stdout.write(`${text}\n`)

function portOf(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65_535)) throw new Error(`--${name} takes a port: 0 to 65535`)
  return port
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      port: { type: 'string', default: '7461' },
      'pns-port': { type: 'string', default: '7460' },
      data: { type: 'string' },
    },
  })
  return { ...values, relayPort: portOf('port', values.port), pnsPort: portOf('pns-port', values['pns-port']) }
}

/** Rings, prints the way of the call as `wakecall trace` does, and gives the steps that are missing from it. */
async function showCall({ relayUrl, pnsUrl, ring }: Demo, json: boolean): Promise<string[]> {
  const trace = await ring(`start-${randomUUID()}`)
  const missing = missingSteps(trace, PHONE_IDS)
  if (json) print(JSON.stringify({ relayUrl, pnsUrl, trace, missing }, undefined, 2))
  else print((await promisify(execFile)(process.execPath, [WAKECALL, 'trace', trace.callId, '--pns', pnsUrl])).stdout)
  return missing
}

function showGuide({ pnsUrl, config }: Demo): void {
  print('Try next:\n')
  for (const { says, line } of guide(pnsUrl, config)) print(`  # ${says}\n  ${line}\n`)
  print('Ctrl-C ends it all.')
}

/** The first signal ends the demo in order, a second one at once. */
const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })

async function main(): Promise<number> {
  const options = readOptions()
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  const stop = interrupted()
  const dir = options.data ?? mkdtempSync(join(tmpdir(), 'wakecall-'))
  try {
    const demo = await startDemo({ ...options, dir, persistent: options.data !== undefined }).catch((error) => {
      throw explained(error, options.pnsPort)
    })
    try {
      if (!options.json)
        print(
          `Look at ${demo.pnsUrl}/#phones in a browser.\nRelay on ${demo.relayUrl}, PNS on ${demo.pnsUrl}; phones, Apple, Google and SNS are simulated.\n`,
        )
      const missing = await showCall(demo, options.json)
      if (missing.length > 0) process.stderr.write(`Not seen: ${missing.join(', ')}\n\n`)
      if (options.once) return missing.length > 0 ? 1 : 0
      if (!options.json) showGuide(demo)
      await stop
      return 0
    } finally {
      await demo.close()
    }
  } finally {
    if (options.data === undefined) rmSync(dir, { recursive: true, force: true })
  }
}

function explained(error: Error & { code?: string; port?: number }, pnsPort: number): Error {
  if (error.code !== 'EADDRINUSE') return error
  const [whose, option] = error.port === pnsPort ? ['PNS', '--pns-port'] : ['relay', '--port']
  return new Error(`Port ${error.port} is taken: choose another for the ${whose} with ${option}.`, { cause: error })
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
