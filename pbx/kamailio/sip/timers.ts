/** RFC 3261, 17: milliseconds. */
export const T1 = 500
const T2 = 4_000
/** How long a transaction is tried, and remembered. */
export const LIFETIME_MS = 64 * T1

/** Calls `send` again after T1, twice that, and so on up to T2, until it is stopped or `LIFETIME_MS` have passed. */
export function repeat(send: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let [wait, left] = [T1, LIFETIME_MS]
  function next(): void {
    if (wait > left) return
    timer = setTimeout(() => {
      send()
      left -= wait
      wait = Math.min(T2, wait * 2)
      next()
    }, wait)
    timer.unref()
  }
  next()
  return () => clearTimeout(timer)
}
