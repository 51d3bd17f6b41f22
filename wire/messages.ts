import * as v from 'valibot'
import { Delivery } from './delivery.ts'
import { Caller, Count, Custom, Extension, MessageId, MessageText } from './fields.ts'

/** `POST /v1/messages`. `android` chooses between a notification that the system shows and a data message for the app. */
export const MessageRequest = v.strictObject({
  messageId: MessageId,
  to: Extension,
  from: Caller,
  text: MessageText,
  android: v.optional(v.picklist(['notification', 'data']), 'notification'),
  custom: v.optional(Custom),
})
export type MessageRequest = v.InferOutput<typeof MessageRequest>

export const MessageAnswer = v.object({
  messageId: MessageId,
  devices: Count,
  deliveries: v.array(Delivery),
  repeated: v.optional(v.literal(true)),
})
export type MessageAnswer = v.InferOutput<typeof MessageAnswer>
