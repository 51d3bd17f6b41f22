import { CommandFailed, command, configArgs, print } from './command.ts'

export const doctor = command({
  meta: { name: 'doctor', description: 'Find out why phones do not ring: ends with 1 for warnings, 2 if something is broken' },
  args: { ...configArgs, json: { type: 'boolean', default: false, description: 'Print JSON' } },
  async run({ args: { config, json } }) {
    const { examine } = await import('../doctor/examine.ts')
    const { levelOf, reportOf } = await import('../doctor/report.ts')
    const findings = await examine(config)
    const level = levelOf(findings)
    print(json, { level, findings }, reportOf(findings))
    if (level === 'warning') throw new CommandFailed(1, 'There are warnings.')
    if (level === 'broken') throw new CommandFailed(2, 'Something is broken.')
  },
})
