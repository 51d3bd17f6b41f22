import type { Clock } from '../clock.ts'
import type { PhonePush } from '../phones/push.ts'
import type { ProviderAnswer } from './answer.ts'
import { type ApplePush, createApple } from './apple.ts'
import { createGoogle, type GooglePush } from './google.ts'

export type ProviderPush = ApplePush | GooglePush

/** The simulated Apple and Google behind one function, which is what SNS needs to deliver. */
export function createProviders(
  clock: Clock,
  toPhone: (push: PhonePush) => void,
): (push: ProviderPush) => Promise<ProviderAnswer> {
  const [apple, google] = [createApple(clock, toPhone), createGoogle(clock, toPhone)]
  return (push) => (push.provider === 'apple' ? apple(push) : google(push))
}
