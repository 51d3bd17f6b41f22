import { scaleLinear, scaleLog } from 'd3-scale'
import { showMs } from '../../../client/call-words.ts'
import type { Bucket } from '../percentile.ts'
import { TEXTS } from '../texts.ts'

const [WIDTH, HEIGHT, AXIS] = [640, 140, 22]
const [SHORTEST_MS, LONGEST_MS] = [50, 120_000]
const TICKS_MS = [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000]

/** How many wakes took how long: time from left to right, a decade as wide as the next. */
export function Histogram({ platform, buckets }: { platform: string; buckets: readonly Bucket[] }) {
  const x = scaleLog([SHORTEST_MS, LONGEST_MS], [0, WIDTH]).clamp(true)
  const y = scaleLinear([0, Math.max(1, ...buckets.map(({ count }) => count))], [0, HEIGHT - AXIS])
  return (
    <svg class="histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={TEXTS.wakes.chart(platform)}>
      {buckets.map(({ fromMs, toMs, count }) => (
        <rect
          key={fromMs}
          x={x(fromMs)}
          y={HEIGHT - AXIS - y(count)}
          width={Math.max(2, x(toMs) - x(fromMs) - 1)}
          height={y(count)}
        >
          <title>{TEXTS.wakes.bar(count, showMs(fromMs), showMs(toMs))}</title>
        </rect>
      ))}
      {TICKS_MS.map((ms) => (
        <text key={ms} x={x(ms)} y={HEIGHT - 6}>
          {showMs(ms)}
        </text>
      ))}
    </svg>
  )
}
