import type { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { math } from './math.ts'
import type { Watched } from './watched.ts'

/**
 * The share of the calls with a push in which a phone woke, in percent; there must be a platform. With `fewest`, minutes with
 * fewer calls than that count as good: a share of so few tells nothing.
 */
export function wakeRate(
  { relay, platforms }: Pick<Watched, 'relay' | 'platforms'>,
  minutes: number,
  fewest?: number,
): MathExpression {
  const woken = platforms.map((platform) => [
    platform,
    relay.metric('CallsWoken', { platform }, { label: `woken, ${platform}`, minutes }),
  ])
  const calls = {
    pushed: relay.metric('Pushed', { route: 'ring', outcome: 'ok' }, { label: 'calls pushed', minutes }),
    // Only what can have points: CloudWatch does not say what FILL makes of a metric that was never published.
    ...Object.fromEntries(woken),
  }
  const rate = `100*(${platforms.map((platform) => `$${platform}`).join('+')})/pushed`
  const expression = fewest === undefined ? rate : `IF($pushed>=${fewest},${rate},100)`
  return math(expression, calls, { label: 'calls that woke a phone', minutes })
}
