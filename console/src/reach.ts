import { computed } from '@preact/signals'
import type { CallDevice } from '../../client/call-record.ts'
import { deviceWords } from '../../client/call-words.ts'
import type { ListedDevice } from '../../client/handlers/devices.ts'
import { nameReason } from '../../client/reasons.ts'
import { calls } from './calls.ts'
import { TEXTS } from './texts.ts'

const { reach } = TEXTS.devices

type LastPush = { extension: string; askedAt: number; device: CallDevice }

/** What became of the last push to each device that was pushed to lately, by extension and id. */
export const lastPushes = computed(() => {
  const last = new Map<string, LastPush>()
  for (const { to, askedAt, devices } of calls.value) {
    for (const device of devices) {
      const key = `${to} ${device.deviceId}`
      if (device.outcome !== 'skipped' && !last.has(key)) last.set(key, { extension: to, askedAt, device })
    }
  }
  return last
})

const isReached = ({ outcome, refused }: CallDevice) => outcome === 'accepted' && refused === undefined

/** Why a push does not reach it; `undefined` if it does, as far as is known here. */
export function hindranceOf({ extension, deviceId, changedAt, confirmed, removed, refusal }: ListedDevice): string | undefined {
  if (refusal !== undefined) return reach.refused(nameReason(refusal))
  if (removed) return reach.removed
  if (!confirmed) return reach.waiting
  const last = lastPushes.value.get(`${extension} ${deviceId}`)
  // Of a registration that came after it the push says nothing.
  if (!last || last.askedAt < changedAt || isReached(last.device)) return undefined
  const { refused } = last.device
  return reach.no(refused === undefined ? deviceWords(last.device) : nameReason(refused))
}
