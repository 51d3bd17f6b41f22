/** How many took `fromMs` or longer, but less than `toMs`. */
export type Bucket = { fromMs: number; toMs: number; count: number }

/** Within how many ms the given share (0 to 1) came: interpolated in its bucket. `undefined` if none did. */
export function percentile(buckets: readonly Bucket[], share: number): number | undefined {
  const all = buckets.reduce((sum, { count }) => sum + count, 0)
  let left = all * share
  for (const { fromMs, toMs, count } of buckets) {
    if (left <= count && count > 0) return fromMs + ((toMs - fromMs) * left) / count
    left -= count
  }
  return buckets.at(-1)?.toMs
}
