import type { ListedDevice } from '../handlers/devices.ts'
import { ask } from './ask.ts'
import { command, pnsArgs, print } from './command.ts'

const stateOf = ({ confirmed, refusal }: ListedDevice): string =>
  refusal === undefined ? (confirmed ? 'confirmed' : 'waiting for the relay') : `refused by the relay: ${refusal}`

export const devices = command({
  meta: { name: 'devices', description: 'List the registered devices' },
  args: { extension: { type: 'string', description: 'Of this extension only' }, ...pnsArgs },
  async run({ args }) {
    const query = args.extension === undefined ? '' : `?${new URLSearchParams({ extension: args.extension })}`
    const answer = await ask<{ devices: ListedDevice[] }>(args.pns, { method: 'GET', path: `/devices${query}` })
    const line = (device: ListedDevice) =>
      `${device.extension}  ${device.platform}  ${device.app}  ${device.deviceId}  ${device.token}  ${stateOf(device)}`
    print(args.json, answer, answer.devices.map(line))
  },
})
