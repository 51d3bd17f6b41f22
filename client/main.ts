import { stripVTControlCharacters } from 'node:util'
import { renderUsage, runCommand } from 'citty'
import { type Command, CommandFailed, command, UsageError } from './commands/command.ts'
import { config } from './commands/config.ts'
import { reload, stop } from './commands/control.ts'
import { devices } from './commands/devices.ts'
import { doctor } from './commands/doctor.ts'
import { enrol } from './commands/enrol.ts'
import { keys } from './commands/keys.ts'
import { pushCall } from './commands/push-call.ts'
import { serveWith } from './commands/serve.ts'
import { sync } from './commands/sync.ts'
import { top } from './commands/top.ts'
import { trace } from './commands/trace.ts'
import type { Companion } from './companion.ts'
import { nearest } from './near.ts'
import { SettingsError } from './settings.ts'
import { VERSION } from './version.ts'

/** The whole command: that of the PNS, and `more` for what plugs a PBX into it. */
export const wakecallWith = (more: Record<string, Command>, companions: readonly Companion[]): Command =>
  command({
    meta: { name: 'wakecall', version: VERSION, description: 'Wakes mobile softphones for incoming calls' },
    subCommands: {
      serve: serveWith(companions),
      ...more,
      enrol,
      'push-call': pushCall,
      devices,
      sync,
      trace,
      top,
      reload,
      stop,
      config,
      doctor,
      keys,
    },
  })

/** The command that the arguments lead to by the first `words`, and the one above it. */
function findCommand(wakecall: Command, rawArgs: readonly string[]) {
  let found: [found: Command, parent?: Command] = [wakecall]
  const words: string[] = []
  for (const word of rawArgs) {
    const next = found[0].subCommands?.[word]
    if (!next) break
    found = [next, found[0]]
    words.push(word)
  }
  return { found, words }
}

const SAMPLE = '`wakecall config sample` explains every setting.'

const isUsage = (error: unknown): boolean => error instanceof UsageError || (error as Error).name === 'CLIError'

const exitCodeOf = (error: unknown): number => {
  if (error instanceof CommandFailed) return error.exitCode
  return error instanceof SettingsError || isUsage(error) ? 2 : 1
}

/** citty colours what a pipe or a file gets, too. */
const plain = (text: string, { isTTY }: { isTTY?: boolean }) => (isTTY ? text : stripVTControlCharacters(text))

/** What to type in the place of what is no command, or no option of one. */
function nextStep(wakecall: Command, rawArgs: readonly string[]): string {
  const { found, words } = findCommand(wakecall, rawArgs)
  const near = nearest(rawArgs[words.length] ?? '', Object.keys(found[0].subCommands ?? {}))
  const typed = (word: string) => ['wakecall', ...words, word].join(' ')
  return near ? `Did you mean \`${typed(near)}\`?` : `\`${typed('--help')}\` says how it is used.`
}

function explain(wakecall: Command, rawArgs: readonly string[], error: Error): string {
  if (error instanceof SettingsError) return `The settings cannot be used.\n${error.message}\n${SAMPLE}`
  return isUsage(error) ? `${error.message}\n${nextStep(wakecall, rawArgs)}` : error.message
}

/** Runs it and gives the exit code: 1 the PNS or the relay said no, 2 usage or settings, 3 nobody to ask. */
export async function main(wakecall: Command, rawArgs: string[]): Promise<number> {
  const [first, ...others] = rawArgs
  if (first === 'help' || rawArgs.some((arg) => arg === '--help' || arg === '-h')) {
    const { found } = findCommand(wakecall, first === 'help' ? others : rawArgs)
    process.stdout.write(`${plain(await renderUsage(...found), process.stdout)}\n`)
    return 0
  }
  if (first === '--version') {
    process.stdout.write(`${VERSION}\n`)
    return 0
  }
  try {
    await runCommand(wakecall, { rawArgs })
    return 0
  } catch (error) {
    process.stderr.write(`${plain(explain(wakecall, rawArgs, error as Error), process.stderr)}\n`)
    return exitCodeOf(error)
  }
}
