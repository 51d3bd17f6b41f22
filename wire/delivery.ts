import * as v from 'valibot'
import { AppName, DeviceId, Time } from './fields.ts'

export const Platform = v.picklist(['ios', 'android'])
export type Platform = v.InferOutput<typeof Platform>

/**
 * What became of one push. `accepted`: SNS took it. `gone`: the endpoint is dead and the device was removed. `retry`: SNS
 * was throttled or failing until the time for it was over. `rejected`: payload, credentials or permissions, ours to mend.
 * `skipped`: this device cannot get such a push. `expired`: the ring window was over before it could be sent.
 */
export const DeliveryOutcome = v.picklist(['accepted', 'gone', 'retry', 'rejected', 'skipped', 'expired'])
export type DeliveryOutcome = v.InferOutput<typeof DeliveryOutcome>

/** `app` names the mobile app where the relay serves several. */
export const Delivery = v.object({
  deviceId: DeviceId,
  platform: Platform,
  app: v.optional(AppName),
  outcome: DeliveryOutcome,
  messageId: v.optional(v.string()),
  reason: v.optional(v.string()),
  at: Time,
})
export type Delivery = v.InferOutput<typeof Delivery>
