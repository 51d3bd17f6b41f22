import { LOCAL_APP } from '../../local/cloud.ts'
import { type Fate, tokenOf } from '../../local/tokens.ts'
import type { DeviceRequest } from '../../wire/devices.ts'
import { secret } from './secrets.ts'

const token = (kind: 'voip' | 'alert' | 'fcm', phone: string, fate: Fate) => secret(tokenOf({ kind, fate, phone }))

/** A simulated phone's registration; its tokens choose what becomes of the pushes to it (local/tokens.ts). */
export const iphone = (phone: string, fate: Fate = 'accept', version = 1): DeviceRequest => ({
  platform: 'ios',
  app: LOCAL_APP,
  tokens: { voip: token('voip', phone, fate), alert: token('alert', phone, fate) },
  version,
})

export const iphoneWithoutAlert = (phone: string, version = 1): DeviceRequest => ({
  platform: 'ios',
  app: LOCAL_APP,
  tokens: { voip: token('voip', phone, 'accept') },
  version,
})

export const android = (phone: string, fate: Fate = 'accept', version = 1): DeviceRequest => ({
  platform: 'android',
  app: LOCAL_APP,
  tokens: { fcm: token('fcm', phone, fate) },
  version,
})
