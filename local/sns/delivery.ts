import { type Clock, wait } from '../clock.ts'
import type { ProviderAnswer } from '../providers/answer.ts'
import type { ProviderPush } from '../providers/providers.ts'
import type { Home } from './arn.ts'
import { failureOf, isTransient } from './failures.ts'
import { type Listeners, tellEvent, tellStatus } from './feedback.ts'
import { toProviderPush } from './provider-push.ts'
import type { Notification } from './publish.ts'
import { type Ending, failureEvent, updatedEvent } from './records.ts'
import { limitsOf, retryDelayMs } from './retries.ts'

/** What a simulated SNS delivers to, and whom it tells how that went. */
export type Surroundings = Listeners & { clock: Clock; deliver: (push: ProviderPush) => Promise<ProviderAnswer> }

async function tryUntilDone(notification: Notification, { clock, deliver }: Surroundings): Promise<Ending> {
  const { endpoint, publishedAt } = notification
  const limits = limitsOf(notification)
  const handedOverAt: number[] = []
  let answer: ProviderAnswer | undefined
  const end = (failure: Ending['failure']): Ending => {
    const dwellTimeMs = (handedOverAt[0] ?? clock.now()) - publishedAt
    return { failure, attempts: handedOverAt.length, dwellTimeMs, answer }
  }
  for (;;) {
    if (clock.now() >= limits.deadline) return end('NotificationTTLExpired')
    if (!endpoint.enabled) return end('EndpointDisabled')
    handedOverAt.push(clock.now())
    try {
      answer = await deliver(toProviderPush(notification))
    } catch {
      return end('UnexpectedFailure')
    }
    const failure = failureOf(answer)
    if (!failure || !isTransient(failure) || handedOverAt.length === limits.attempts) return end(failure)
    await wait(clock, Math.min(retryDelayMs(handedOverAt.length), Math.max(0, limits.deadline - clock.now())))
  }
}

/** Delivers one accepted notification, writes its record and disables the endpoint of a dead token. */
export async function deliverNotification(home: Home, notification: Notification, around: Surroundings): Promise<void> {
  const { endpoint } = notification
  const ending = await tryUntilDone(notification, around)
  const { failure, attempts } = ending
  tellStatus(home, around, notification, ending)
  if (!failure) return
  const disables = failure === 'InvalidPlatformToken' && endpoint.enabled
  if (disables) endpoint.enabled = false
  const now = around.clock.now()
  tellEvent(around, endpoint, failureEvent(notification, failure, attempts, now))
  if (disables) tellEvent(around, endpoint, updatedEvent(endpoint, now))
}
