import type { Platform } from '../wire/delivery.ts'
import type { Channel } from './apps.ts'

/** What names a device: one phone on one extension of one PBX. */
export type DeviceKey = { pbx: string; extension: string; deviceId: string }

/** A registered phone. `endpoints` are SNS endpoint ARNs; `updatedAt` is by the relay's clock, `version` by the PNS's. */
export type Device = DeviceKey & {
  platform: Platform
  app: string
  tokens: Partial<Record<Channel, string>>
  endpoints: Partial<Record<Channel, string>>
  version: number
  updatedAt: number
}

/** What is left of a removed device for 7 days, so that an older registration cannot bring it back. */
type Tombstone = DeviceKey & { removed: true; version: number }

export type StoredDevice = Device | Tombstone

export const isLive = (stored: StoredDevice | undefined): stored is Device => stored !== undefined && !('removed' in stored)

/** The channel that calls travel on. Cancels and messages go over an iPhone's alert channel: they must not be VoIP pushes. */
export const ringChannel = ({ platform }: Pick<Device, 'platform'>): Channel => (platform === 'ios' ? 'voip' : 'fcm')
export const quietChannel = ({ platform }: Pick<Device, 'platform'>): Channel => (platform === 'ios' ? 'alert' : 'fcm')
