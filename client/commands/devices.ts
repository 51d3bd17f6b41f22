import type { ListedDevice } from '../handlers/devices.ts'
import { ask } from './ask.ts'
import { command, pnsArgs, print } from './command.ts'

function stateOf({ confirmed, removed, refusal }: ListedDevice): string {
  if (refusal !== undefined) return `${removed ? 'its removal was ' : ''}refused by the relay: ${refusal}`
  return confirmed ? 'confirmed' : 'waiting for the relay'
}

export const devices = command({
  meta: { name: 'devices', description: 'List the registered devices' },
  args: {
    extension: { type: 'string', description: 'Of this extension only' },
    parked: { type: 'boolean', default: false, description: 'Only changes that the relay refused for good, with its reasons' },
    ...pnsArgs,
  },
  async run({ args }) {
    const { extension, parked } = args
    const query = new URLSearchParams({ ...(extension !== undefined && { extension }), parked: String(parked) })
    const answer = await ask<{ devices: ListedDevice[] }>(args, { method: 'GET', path: `/devices?${query}` })
    const line = (device: ListedDevice) =>
      `${device.extension}  ${device.platform}  ${device.app}  ${device.deviceId}  ${device.token}  ${stateOf(device)}`
    const none = parked ? 'The relay has refused nothing.' : 'No device is registered: phones register with /register.'
    print(args.json, answer, answer.devices.length > 0 ? answer.devices.map(line) : [none])
  },
})
