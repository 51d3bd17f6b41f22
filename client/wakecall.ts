#!/usr/bin/env node
import './small-heap.ts'
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
import { serve } from './commands/serve.ts'
import { sync } from './commands/sync.ts'
import { trace } from './commands/trace.ts'
import { SettingsError } from './settings.ts'
import { VERSION } from './version.ts'

export const wakecall = command({
  meta: { name: 'wakecall', version: VERSION, description: 'Wakes mobile softphones for incoming calls' },
  subCommands: { serve, enrol, 'push-call': pushCall, devices, sync, trace, reload, stop, config, doctor, keys },
})

/** The command that the arguments lead to, and the one above it. */
function findCommand(rawArgs: readonly string[]): [found: Command, parent?: Command] {
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

async function main(rawArgs: string[]): Promise<number> {
  if (rawArgs.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(`${plain(await renderUsage(...findCommand(rawArgs)), process.stdout)}\n`)
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

if (import.meta.main) {
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code
  })
}
