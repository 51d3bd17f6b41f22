import { scaleLinear } from 'd3-scale'
import { TEXTS } from '../texts.ts'

const [WIDTH, HEIGHT] = [96, 22]

/** How long the last wakes took, oldest first, in ms. */
export function SparkLine({ times }: { times: readonly number[] }) {
  const x = scaleLinear([0, Math.max(1, times.length - 1)], [3, WIDTH - 3])
  const y = scaleLinear([0, Math.max(...times)], [HEIGHT - 3, 3])
  const points = times.map((ms, i) => `${x(i)},${y(ms)}`)
  return (
    <svg class="spark" width={WIDTH} height={HEIGHT} role="img" aria-label={TEXTS.devices.sparkLine(times)}>
      <polyline points={points.join(' ')} />
      <circle cx={x(times.length - 1)} cy={y(times.at(-1) ?? 0)} r={2.5} />
    </svg>
  )
}
