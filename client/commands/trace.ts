import { type Trace, timelineOf } from '../timeline.ts'
import { ask } from './ask.ts'
import { command, pnsArgs, print } from './command.ts'

export const trace = command({
  meta: { name: 'trace', description: 'Show the way of a call: every device, every step, every time' },
  args: { callid: { type: 'positional', required: true, description: 'The callId of the call' }, ...pnsArgs },
  async run({ args }) {
    const answer = await ask<Trace>(args, { method: 'GET', path: `/calls/${encodeURIComponent(args.callid)}` })
    print(args.json, answer, args.json ? [] : timelineOf(answer))
  },
})
