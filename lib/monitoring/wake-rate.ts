import type { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { math } from './math.ts'
import type { Watched } from './watched.ts'

/**
 * The share of the calls with a push in which a phone woke, in percent. With `fewest`, minutes with fewer calls than that
 * count as good: a share of so few tells nothing.
 */
export function wakeRate({ relay }: Pick<Watched, 'relay'>, minutes: number, fewest?: number): MathExpression {
  const woken = (platform: 'ios' | 'android') =>
    relay.metric('CallsWoken', { platform }, { label: `woken, ${platform}`, minutes })
  const calls = {
    pushed: relay.metric('Pushed', { route: 'ring', outcome: 'ok' }, { label: 'calls pushed', minutes }),
    ios: woken('ios'),
    android: woken('android'),
  }
  const rate = '100*($ios+$android)/pushed'
  const expression = fewest === undefined ? rate : `IF($pushed>=${fewest},${rate},100)`
  return math(expression, calls, { label: 'calls that woke a phone', minutes })
}
