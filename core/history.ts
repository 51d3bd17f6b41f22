import type { Delivery } from '../wire/delivery.ts'
import type { Wake } from '../wire/wakes.ts'

/**
 * A phone that registered for a call, `at` by the relay's clock: written to the log as it is reported, one line each. Without
 * its extension, which nobody reads there and which may be a phone number.
 */
export type WakeEvent = { pbx: string; at: number } & Omit<Wake, 'agoMs' | 'extension'>

/** What the trace of a call reads of such a line. */
export type Woke = Pick<WakeEvent, 'callId' | 'deviceId' | 'wakeMs' | 'at'>

/** SNS's delivery-status record of one push: times in ms by SNS's clock, `status` is the provider's, `words` its own text. */
export type DeliveryStatus = {
  messageId: string
  acceptedAt: number
  dwellMs: number
  delivered: boolean
  status?: number | undefined
  words?: string | undefined
}

/** A push whose delivery status is looked for; without its `app` the logs of every app are searched. */
export type SentPush = Pick<Delivery, 'platform' | 'app'> & { messageId: string }

/** All that could be read, and what kept the rest from being read. */
export type Found<T> = { records: T[]; error?: unknown }

/** Reads the logs back, between two times in ms; never throws. */
export type HistoryReader = {
  wakes: (pbx: string, callId: string, from: number, to: number) => Promise<Found<Woke>>
  deliveries: (pushes: SentPush[], from: number, to: number) => Promise<Found<DeliveryStatus>>
}
