import { scaleSymlog } from 'd3-scale'
import { showMs } from '../../../client/call-words.ts'
import type { TimelineRow } from '../../../client/timeline.ts'
import { TEXTS } from '../texts.ts'

const [WIDTH, LANE, LEFT, RIGHT, AXIS] = [900, 36, 150, 30, 24]
const TICKS_MS = [0, 10, 100, 1_000, 10_000, 100_000]
const LABEL_CHARACTERS = 18
/** A gap is named where its words have room. */
const GAP = 60

const cut = (text: string): string => (text.length > LABEL_CHARACTERS ? `${text.slice(0, LABEL_CHARACTERS - 1)}…` : text)

/**
 * A horizontal lane for the call and for each device, the early milliseconds wider than the late seconds. The same stands in
 * the table below it, so that a screen reader passes it over.
 */
export function Lanes({ rows, devices }: { rows: readonly TimelineRow[]; devices: readonly string[] }) {
  const last = Math.max(100, ...rows.map(({ ms }) => ms))
  const x = scaleSymlog([0, last], [LEFT, WIDTH - RIGHT]).constant(20)
  const lanes = [undefined, ...devices]
  const yOf = (deviceId: string | undefined) => AXIS + LANE * (lanes.indexOf(deviceId) + 0.5)
  return (
    <svg class="lanes" viewBox={`0 0 ${WIDTH} ${AXIS + LANE * lanes.length}`} aria-hidden="true">
      {TICKS_MS.filter((ms) => ms <= last).map((ms) => (
        <g key={ms} class="tick">
          <line x1={x(ms)} x2={x(ms)} y1={AXIS} y2={AXIS + LANE * lanes.length} />
          <text x={x(ms)} y={AXIS - 8}>
            {showMs(ms)}
          </text>
        </g>
      ))}
      {lanes.map((deviceId) => {
        const own = rows.filter((row) => row.deviceId === deviceId)
        const times = own.map(({ ms }) => ms)
        const y = yOf(deviceId)
        return (
          <g key={deviceId ?? ''}>
            <text class="lane" x={0} y={y + 4}>
              {cut(deviceId ?? TEXTS.timeline.call)}
            </text>
            {times.length > 0 && <line class="way" x1={x(Math.min(...times))} x2={x(Math.max(...times))} y1={y} y2={y} />}
            {own.slice(1).map(({ ms }, i) => {
              const [from, to] = [x(times[i] ?? 0), x(ms)]
              return (
                to - from > GAP && (
                  <text key={ms} class="gap" x={(from + to) / 2} y={y - 6}>
                    {showMs(ms - (times[i] ?? 0))}
                  </text>
                )
              )
            })}
            {own.map(({ step, ms, words }) => (
              <circle key={`${step} ${ms}`} class={`step ${step}`} cx={x(ms)} cy={y} r={6}>
                <title>{`${ms} ms: ${words}`}</title>
              </circle>
            ))}
          </g>
        )
      })}
    </svg>
  )
}
