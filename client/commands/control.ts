import type { ReloadReport } from '../reload.ts'
import { ask } from './ask.ts'
import { command, pnsArgs, print } from './command.ts'

const listed = (names: readonly string[]): string => names.join(', ') || 'nothing'

export const reload = command({
  meta: { name: 'reload', description: 'Let the PNS read its settings again' },
  args: pnsArgs,
  async run({ args }) {
    const report = await ask<ReloadReport>(args, { method: 'POST', path: '/confreload' })
    const rest = report.needRestart.length > 0 ? [`Only a restart changes: ${listed(report.needRestart)}`] : []
    print(args.json, report, [`Changed: ${listed(report.changed)}`, ...rest])
  },
})

export const stop = command({
  meta: { name: 'stop', description: 'Stop the PNS when its running requests are done' },
  args: pnsArgs,
  async run({ args }) {
    const answer = await ask(args, { method: 'POST', path: '/stop' })
    print(args.json, answer, ['The PNS stops.'])
  },
})
