import { CommandFailed, command, configArgs, print } from '../../client/commands/command.ts'
import { loadSettingsFile } from '../../client/load-settings.ts'

export const check = command({
  meta: { name: 'check', description: 'Check the files of Kamailio, and whether it, the holder and the PBX hear each other' },
  args: {
    ...configArgs,
    kamailio: { type: 'string', default: '/etc/kamailio/wakecall/kamailio.cfg', description: "Kamailio's configuration" },
    json: { type: 'boolean', default: false, description: 'Print JSON' },
  },
  async run({ args: { config, kamailio, json } }) {
    const settings = loadSettingsFile(config)
    if (!settings.gateway) throw new CommandFailed(2, `${config} has no [gateway]: \`wakecall config sample\` shows how.`)
    const { checkGateway } = await import('../../client/doctor/checks/gateway/answers.ts')
    const { checkGatewayFiles } = await import('../../client/doctor/checks/gateway/files.ts')
    const { levelOf, reportOf } = await import('../../client/doctor/report.ts')
    const findings = (await Promise.all([checkGatewayFiles(settings, kamailio), checkGateway(settings)])).flat()
    const level = levelOf(findings)
    print(json, { level, findings }, reportOf(findings))
    if (level === 'broken') throw new CommandFailed(1, 'Something is broken.')
  },
})
