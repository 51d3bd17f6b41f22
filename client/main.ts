import { stripVTControlCharacters } from 'node:util'
import { renderUsage, runCommand } from 'citty'
import { type Command, CommandFailed, command } from './commands/command.ts'
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

/** The command that the arguments lead to, and the one above it. */
function findCommand(wakecall: Command, rawArgs: readonly string[]): [found: Command, parent?: Command] {
  let path: [Command, Command?] = [wakecall]
  for (const name of rawArgs) {
    const next = path[0].subCommands?.[name]
    if (!next) break
    path = [next, path[0]]
  }
  return path
}

const SAMPLE = '`wakecall config sample` explains every setting.'

const exitCodeOf = (error: unknown): number => {
  if (error instanceof CommandFailed) return error.exitCode
  return error instanceof SettingsError || (error as Error).name === 'CLIError' ? 2 : 1
}

/** citty colours what a pipe or a file gets, too. */
const plain = (text: string, { isTTY }: { isTTY?: boolean }) => (isTTY ? text : stripVTControlCharacters(text))

/** Runs it and gives the exit code: 1 the PNS or the relay said no, 2 usage or settings, 3 nobody to ask. */
export async function main(wakecall: Command, rawArgs: string[]): Promise<number> {
  if (rawArgs.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(`${plain(await renderUsage(...findCommand(wakecall, rawArgs)), process.stdout)}\n`)
    return 0
  }
  if (rawArgs[0] === '--version') {
    process.stdout.write(`${VERSION}\n`)
    return 0
  }
  try {
    await runCommand(wakecall, { rawArgs })
    return 0
  } catch (error) {
    const message = plain((error as Error).message, process.stderr)
    process.stderr.write(
      error instanceof SettingsError ? `The settings cannot be used.\n${message}\n${SAMPLE}\n` : `${message}\n`,
    )
    return exitCodeOf(error)
  }
}
