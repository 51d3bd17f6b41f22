import type { DeviceAnswer } from '../wire/devices.ts'
import { isoTime } from './clock.ts'
import type { Device } from './device.ts'
import type { DeviceStore } from './ports.ts'

/** A token as anybody may see it: its last 6 characters. */
const redact = (token: string): string => `…${token.slice(-6)}`

export function showDevice({ extension, deviceId, platform, app, tokens, version, updatedAt }: Device): DeviceAnswer {
  const shown = Object.fromEntries(Object.entries(tokens).map(([channel, token]) => [channel, redact(token)]))
  return { extension, deviceId, platform, app, tokens: shown, version, updatedAt: isoTime(updatedAt) }
}

export async function list(devices: DeviceStore, pbx: string, extension: string): Promise<DeviceAnswer[]> {
  return (await devices.of(pbx, extension)).map(showDevice)
}
