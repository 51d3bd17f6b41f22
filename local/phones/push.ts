import type { SimulatedToken } from '../tokens.ts'

/** What arrives at a phone: on an iPhone the push type and the JSON text, on an Android phone the FCM message. */
export type PhonePush =
  | { platform: 'ios'; device: SimulatedToken; pushType: string; payload: string }
  | { platform: 'android'; device: SimulatedToken; message: FcmMessage }

export type FcmMessage = {
  data?: Record<string, string> | undefined
  notification?: { title?: string | undefined; body?: string | undefined } | undefined
  android?: { priority?: string | undefined } | undefined
}
