import { loadSettings } from '../load-settings.ts'
import { sampleSettings } from '../sample.ts'
import { SettingsError } from '../settings.ts'
import { CommandFailed, command, configArgs, print } from './command.ts'

function errorsOf(path: string): readonly string[] {
  try {
    loadSettings(path)
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.errors
    throw error
  }
}

const check = command({
  meta: { name: 'check', description: 'Check a settings file without starting anything' },
  args: { ...configArgs, json: { type: 'boolean', default: false, description: 'Print JSON' } },
  run({ args }) {
    const errors = errorsOf(args.config)
    if (errors.length === 0) return print(args.json, { ok: true }, [`${args.config}: no errors`])
    if (args.json) print(true, { ok: false, errors }, [])
    throw new CommandFailed(2, `${args.config} cannot be used.\n${errors.join('\n')}`)
  },
})

const sample = command({
  meta: { name: 'sample', description: 'Print a settings file that explains every setting' },
  run: () => void process.stdout.write(sampleSettings()),
})

export const config = command({
  meta: { name: 'config', description: 'Work with the settings file' },
  subCommands: { check, sample },
})
