import * as v from 'valibot'
import type { DeliveryStatus } from '../../core/history.ts'

/**
 * SNS's delivery-status record as JSON text (https://docs.aws.amazon.com/sns/latest/dg/topics-attrib.html), its timestamp
 * like `2026-01-26 23:07:39.540` in UTC. The token in it is left behind.
 */
export const DeliveryRecord = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    status: v.picklist(['SUCCESS', 'FAILURE']),
    notification: v.object({
      messageId: v.string(),
      timestamp: v.pipe(
        v.string(),
        v.transform((text) => Date.parse(`${text.replace(' ', 'T')}Z`)),
        v.number(),
      ),
    }),
    delivery: v.object({
      statusCode: v.optional(v.number()),
      dwellTimeMs: v.optional(v.number(), 0),
      providerResponse: v.optional(v.string()),
    }),
  }),
  v.transform(({ status, notification, delivery }): DeliveryStatus => {
    const delivered = status === 'SUCCESS'
    return {
      messageId: notification.messageId,
      acceptedAt: notification.timestamp,
      dwellMs: delivery.dwellTimeMs,
      delivered,
      status: delivery.statusCode,
      words: delivered ? undefined : delivery.providerResponse,
    }
  }),
)
