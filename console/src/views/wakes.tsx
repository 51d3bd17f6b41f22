import { useState } from 'preact/hooks'
import { showMs } from '../../../client/call-words.ts'
import { AskedState } from '../parts/asked-state.tsx'
import { Histogram } from '../parts/histogram.tsx'
import { type Bucket, percentile } from '../percentile.ts'
import { TEXTS } from '../texts.ts'
import { useAsked } from '../use-asked.ts'

type Platform = keyof typeof TEXTS.platforms
type WakeTimes = { buckets: (Bucket & { platform: Platform })[] }

const PLATFORMS = Object.keys(TEXTS.platforms) as Platform[]
const { columns, windows } = TEXTS.wakes
const REFRESH_MS = 10_000

const within = (buckets: readonly Bucket[], share: number): string => showMs(percentile(buckets, share) ?? 0)

/** How long phones take to wake, by platform. */
export function Wakes() {
  const [hours, setHours] = useState(24)
  const { answer, ...state } = useAsked<WakeTimes>(`/wake_times?hours=${hours}`, REFRESH_MS)
  const seen = PLATFORMS.map((platform) => ({
    platform,
    buckets: answer?.buckets.filter((bucket) => bucket.platform === platform) ?? [],
  })).filter(({ buckets }) => buckets.length > 0)
  return (
    <>
      <h1>{TEXTS.wakes.title}</h1>
      <p>{TEXTS.wakes.what}</p>
      <label>
        {TEXTS.wakes.window}{' '}
        <select value={hours} onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}>
          {Object.entries(windows).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <AskedState {...state} />
      {answer && seen.length === 0 && <p>{TEXTS.wakes.empty}</p>}
      {seen.length > 0 && (
        <table>
          <thead>
            <tr>
              {Object.values(columns).map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {seen.map(({ platform, buckets }) => (
              <tr key={platform}>
                <th scope="row">{TEXTS.platforms[platform]}</th>
                <td class="number">{buckets.reduce((sum, { count }) => sum + count, 0)}</td>
                {[0.5, 0.9, 0.99].map((share) => (
                  <td key={share} class="number">
                    {within(buckets, share)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {seen.map(({ platform, buckets }) => (
        <figure key={platform}>
          <figcaption>{TEXTS.platforms[platform]}</figcaption>
          <Histogram platform={TEXTS.platforms[platform]} buckets={buckets} />
        </figure>
      ))}
    </>
  )
}
