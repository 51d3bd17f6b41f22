import type { RingAnswer } from '../../wire/calls.ts'
import { ask } from './ask.ts'
import { command, pnsArgs, print } from './command.ts'

export const pushCall = command({
  meta: { name: 'push-call', description: 'Wake the phones of an extension for a call' },
  args: {
    to: { type: 'string', required: true, description: 'Extension that is called' },
    from: { type: 'string', required: true, description: 'Number of the caller' },
    name: { type: 'string', description: 'Name of the caller' },
    'call-id': { type: 'string', description: 'Call-ID of the PBX; a random one by default' },
    'ring-seconds': { type: 'string', description: 'How long the phones ring' },
    ...pnsArgs,
  },
  async run({ args }) {
    const { to, from, name, 'call-id': callId, 'ring-seconds': ringSeconds } = args
    const answer = await ask<RingAnswer>(args, {
      method: 'POST',
      path: '/push_call',
      params: { to, from, name, callId, ringSeconds },
    })
    const deliveries = answer.deliveries.map(({ deviceId, platform, outcome }) => `  ${platform} ${deviceId}: ${outcome}`)
    const nobody = deliveries.length > 0 ? [] : ['  The relay knows no phone of this extension: see `wakecall devices`.']
    print(args.json, answer, [`Call ${answer.callId}: devices pushed: ${answer.devices}`, ...deliveries, ...nobody])
  },
})
