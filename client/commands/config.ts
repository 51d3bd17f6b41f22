import { loadSettings } from '../load-settings.ts'
import { command, configArgs, print } from './command.ts'

const check = command({
  meta: { name: 'check', description: 'Check a settings file without starting anything' },
  args: { ...configArgs, json: { type: 'boolean', default: false, description: 'Print JSON' } },
  run({ args }) {
    loadSettings(args.config)
    print(args.json, { ok: true }, [`${args.config}: no errors`])
  },
})

export const config = command({
  meta: { name: 'config', description: 'Work with the settings file' },
  subCommands: { check },
})
