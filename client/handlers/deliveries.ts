import type { Delivery } from '../../wire/delivery.ts'
import type { Context } from '../context.ts'
import { isConfirmed, type Registration } from '../store/registration.ts'

export const callerOf = (number: string, name: string | undefined) => ({ number, ...(name !== undefined && { name }) })

export const outcomesOf = (deliveries: readonly Delivery[]) => deliveries.map(({ deviceId, outcome }) => ({ deviceId, outcome }))

/** What becomes of the disk must not become of a call. */
export const storageFailed =
  ({ log }: Context) =>
  (error: unknown): undefined =>
    void log.error({ err: error }, 'storage failed during a call')

/** What `work` gives, or nothing if the storage fails. */
export function spared<T>(context: Context, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    return storageFailed(context)(error)
  }
}

/** The devices of an extension that the relay should have. */
export const confirmedOf = (context: Context, extension: string): Registration[] =>
  spared(context, () => context.store.devices(extension).filter(isConfirmed)) ?? []

/** Devices whose endpoint is gone were removed by the relay; `before`: those that it had when it was asked. */
export function settleDeliveries(context: Context, deliveries: readonly Delivery[], before: readonly Registration[]): void {
  for (const { deviceId, outcome } of deliveries) {
    context.metrics.deliveries.inc({ outcome })
    const gone = outcome === 'gone' ? before.find((device) => device.deviceId === deviceId) : undefined
    if (gone) spared(context, () => context.store.forget(gone))
  }
}
