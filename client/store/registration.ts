import { createHash } from 'node:crypto'
import type { SQLOutputValue } from 'node:sqlite'
import type { Platform } from '../../wire/delivery.ts'

/** A device as it registers. `token`: PushKit or FCM; `alertToken`: iOS only. */
export type Device = {
  extension: string
  deviceId: string
  platform: Platform
  app: string
  token: string
  alertToken?: string | undefined
}

/** A device as it is stored. `refusal`: why the relay refused it for good. `wakes`: the last ones, as they are stored. */
export type Registration = Device & {
  version: number
  confirmedVersion: number
  removed: boolean
  refusal: string | undefined
  wakes?: string | undefined
}

export const isConfirmed = ({ version, confirmedVersion }: Registration): boolean => version === confirmedVersion

/** The id of a device that did not say one: the same for the same app and token. */
export const deviceIdOf = (app: string, token: string): string =>
  createHash('sha256').update(`${app}\0${token}`).digest('hex').slice(0, 32)

type Row = Record<string, SQLOutputValue>

export const registrationOf = (row: Row): Registration => ({
  extension: String(row.extension),
  deviceId: String(row.device_id),
  platform: row.platform as Platform,
  app: String(row.app),
  token: String(row.token),
  alertToken: (row.alert_token as string | null) ?? undefined,
  version: Number(row.version),
  confirmedVersion: Number(row.confirmed_version),
  removed: row.removed === 1,
  refusal: (row.refusal as string | null) ?? undefined,
  wakes: (row.wakes as string | null) ?? undefined,
})
