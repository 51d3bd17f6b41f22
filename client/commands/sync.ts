import { setTimeout as sleep } from 'node:timers/promises'
import type { SyncStatus } from '../sync.ts'
import { ask } from './ask.ts'
import { CommandFailed, command, pnsArgs, print } from './command.ts'
import type { Told } from './place.ts'

const LOOK_MS = 250
const WIDTH = 30

/** A bar of how much is compared, and what still has to reach the relay. */
export function barOf({ extensions, compared, missing, different, waiting }: SyncStatus): string {
  const share = extensions === 0 ? 1 : Math.min(1, compared / extensions)
  const filled = Math.round(share * WIDTH)
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}]`
  return `${bar} ${compared}/${extensions} extensions, ${missing + different} to repair, ${waiting} waiting for the relay`
}

function linesOf({ extensions, missing, different, unknown, unknownCount, removed, retried, parked }: SyncStatus): string[] {
  const listed = unknown.map(({ extension, deviceId }) => `  ${extension}  ${deviceId}`)
  const more = unknownCount > unknown.length ? [`  and ${unknownCount - unknown.length} more`] : []
  const next = removed > 0 ? 'removed there' : 'another PNS may have registered them; --remove-unknown removes them there'
  return [
    `Extensions compared: ${extensions}`,
    `Devices that the relay did not have: ${missing}, had in another version: ${different}; refused before and tried again: ${retried}`,
    ...(parked > 0
      ? [`The relay refuses ${parked}: \`wakecall devices --parked\` says why; /delete takes out what is wrong.`]
      : []),
    ...(unknownCount > 0 ? [`Devices that only the relay has: ${unknownCount} (${next})`, ...listed, ...more] : []),
  ]
}

/** Follows the work of the PNS until it ends. */
async function follow(told: Told): Promise<SyncStatus> {
  for (;;) {
    const status = await ask<SyncStatus>(told, { method: 'GET', path: '/sync_status' })
    if (process.stderr.isTTY) process.stderr.write(`\r${barOf(status)} `)
    if (status.state === 'done' || status.state === 'failed') {
      if (process.stderr.isTTY) process.stderr.write('\n')
      return status
    }
    await sleep(LOOK_MS)
  }
}

export const sync = command({
  meta: { name: 'sync', description: 'Compare the devices here with those at the relay, and repair what differs' },
  args: {
    rate: { type: 'string', default: '50', description: 'Extensions a second, 1 to 1000' },
    'remove-unknown': { type: 'boolean', default: false, description: 'Remove at the relay what is registered there only' },
    ...pnsArgs,
  },
  async run({ args }) {
    const params = { rate: args.rate, removeUnknown: String(args['remove-unknown']) }
    await ask(args, { method: 'POST', path: '/sync', params })
    const status = await follow(args)
    if (status.state === 'failed') {
      const { code, detail } = status.problem ?? { code: 'internal', detail: 'See the log of the PNS.' }
      const stand = `${status.compared} of ${status.extensions} extensions were compared; run it again when that is mended.`
      throw new CommandFailed(1, `The comparison ended (${code}). ${detail}\n${stand}`)
    }
    print(args.json, status, linesOf(status))
  },
})
