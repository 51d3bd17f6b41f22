import { PnsProblem } from './problem.ts'
import { BACKGROUND_BUDGET_MS, type Relay } from './relay/relay.ts'
import type { Registration } from './store/registration.ts'
import type { Verdict } from './store/store.ts'

/** Tells the relay of one device: its state now, so that older ones can never come after it. */
export function tell(relay: Relay, { extension, deviceId, version, removed, ...device }: Registration): Promise<unknown> {
  const target = { params: { extension, deviceId }, budgetMs: BACKGROUND_BUDGET_MS }
  if (removed) return relay.once('remove', { ...target, query: { version: String(version) } })
  const { platform, app, token, alertToken } = device
  const body =
    platform === 'ios'
      ? { platform, app, tokens: { voip: token, ...(alertToken !== undefined && { alert: alertToken }) }, version }
      : { platform, app, tokens: { fcm: token }, version }
  return relay.once('register', { ...target, body: () => body })
}

/**
 * What a failure means for this version; `undefined` to try again. A stored version that equals ours is ours, arrived
 * before, unless the relay has pruned the device since. One from the future was written by a clock that we have lost: this
 * change is the newer one. Any other is a later change than ours, made by someone else.
 */
export function verdictOn(sent: Registration, error: unknown, now: number): Verdict | undefined {
  const { extension, deviceId, version } = sent
  const relay = error instanceof PnsProblem && error.code === 'relay_refused' ? error.extras.relay : undefined
  if (!relay) return undefined
  const { storedVersion, removed = false } = relay
  const key = { extension, deviceId, version }
  if (relay.code === 'stale_version' && storedVersion === version) {
    return { ...key, outcome: removed && !sent.removed ? 'gone' : 'confirmed' }
  }
  if (relay.code === 'stale_version' && storedVersion !== undefined && storedVersion > now) {
    return { ...key, outcome: 'superseded', storedVersion }
  }
  return { ...key, outcome: 'refused', refusal: `${relay.code}: ${relay.detail}` }
}
