import type { Notification } from './publish.ts'

const SIX_HOURS_MS = 6 * 3600 * 1000

/** SNS tries 50 times in 6 hours (https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html). */
const MAX_ATTEMPTS = 50

/** The ms that SNS waits after the n-th failed attempt: 10 s twice, then ten times more and more, then 10 minutes. */
export function retryDelayMs(attempts: number): number {
  const step = Math.min(Math.max(attempts - 2, 0), 10)
  return Math.round(10_000 * 60 ** (step / 10))
}

/**
 * Until when (ms since 1970) and how often a notification is tried. A TTL of 0 means "now or never" to the provider, but
 * for VoIP SNS counts it like any other: it has run out before the first attempt.
 */
export function limitsOf({ endpoint, ttlSeconds, publishedAt }: Notification): { deadline: number; attempts: number } {
  const nowOrNever = ttlSeconds === 0 && !endpoint.application.platform.startsWith('APNS_VOIP')
  if (nowOrNever) return { deadline: publishedAt + SIX_HOURS_MS, attempts: 1 }
  const ttlMs = ttlSeconds === undefined ? SIX_HOURS_MS : Math.min(ttlSeconds * 1000, SIX_HOURS_MS)
  return { deadline: publishedAt + ttlMs, attempts: MAX_ATTEMPTS }
}
