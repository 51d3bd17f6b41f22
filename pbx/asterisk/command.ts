import { CommandFailed, command, configArgs } from '../../client/commands/command.ts'
import { addressOf } from '../../client/listen.ts'
import { loadSettingsFile } from '../../client/load-settings.ts'
import { createLog } from '../../client/log.ts'
import type { AriFault } from './faults.ts'
import { startAri } from './start.ts'

export const ari = command({
  meta: { name: 'ari', description: "Run Asterisk's dial application alone; serve runs it too if the settings have [ari]" },
  args: configArgs,
  async run({ args }) {
    const settings = loadSettingsFile(args.config)
    if (!settings.ari) throw new CommandFailed(2, `${args.config} has no [ari]: \`wakecall config sample\` shows how.`)
    const log = createLog(settings)
    const stopped = Promise.withResolvers<void>()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.resolve())
    const running = startAri({ ...settings, ari: settings.ari }, log, addressOf(settings.listen))
    const fault = running.attached.then(
      () => stopped.promise,
      (error: AriFault) => error,
    )
    const refused = await Promise.race([stopped.promise, fault])
    await running.close()
    if (refused) throw new CommandFailed(1, refused.message)
  },
})
