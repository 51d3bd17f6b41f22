import type { PlatformPush, SnsPlatform } from '../../wire/payload.ts'
import type { WakePayload } from '../../wire/wake.ts'

export const BUNDLE = 'com.example.phone'
export const VOIP_PLATFORMS: readonly SnsPlatform[] = ['APNS_VOIP', 'APNS_VOIP_SANDBOX']
/** What cancels and messages go through: a VoIP platform application would kill the app. */
export const QUIET_PLATFORMS: readonly SnsPlatform[] = ['APNS', 'APNS_SANDBOX', 'GCM']

type Shown = { title: string; body: string }
type Body = {
  aps?: { alert?: Shown; 'content-available'?: number }
  wakecall?: WakePayload
  fcmV1Message?: { message: { android: object; data: { wakecall: string; text?: string }; notification?: Shown } }
}

/** What the app finds in its push, read as an app would. */
export function readPush({ body }: PlatformPush) {
  const { aps, wakecall, fcmV1Message } = JSON.parse(body) as Body
  const fcm = fcmV1Message?.message
  const wake = fcm ? (JSON.parse(fcm.data.wakecall) as WakePayload) : wakecall
  if (!wake) throw new Error('the push holds no wakecall')
  return { wake, aps, fcm, text: fcm?.data.text ?? (fcm?.notification ?? aps?.alert)?.body }
}
