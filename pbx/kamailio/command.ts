import { Registry } from 'prom-client'
import { CommandFailed, command, configArgs } from '../../client/commands/command.ts'
import { addressOf } from '../../client/listen.ts'
import { loadSettingsFile } from '../../client/load-settings.ts'
import { createLog } from '../../client/log.ts'
import { check } from './check.ts'
import { startGateway } from './start.ts'

const hold = command({
  meta: { name: 'hold', description: 'Hold calls for Kamailio, alone; serve does it too if the settings have [gateway]' },
  args: configArgs,
  async run({ args }) {
    const settings = loadSettingsFile(args.config)
    const { gateway } = settings
    if (!gateway) throw new CommandFailed(2, `${args.config} has no [gateway]: \`wakecall config sample\` shows how.`)
    const stopped = Promise.withResolvers<void>()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.resolve())
    const running = await startGateway({ ...settings, gateway }, createLog(settings), addressOf(settings.listen), new Registry())
    await stopped.promise
    await running.close()
  },
})

/** `wakecall gateway` is `wakecall gateway hold`. */
export const gateway = command({
  meta: { name: 'gateway', description: 'The SIP gateway: hold calls for Kamailio, or check how it is set up' },
  args: configArgs,
  default: 'hold',
  subCommands: { hold, check },
})
