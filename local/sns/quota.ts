import type { Clock } from '../clock.ts'

/** Says whether one more call fits into the running second. */
export function createQuota({ now }: Clock, perSecond: number): () => boolean {
  let second = 0
  let used = 0
  return () => {
    const current = Math.floor(now() / 1000)
    used = current === second ? used + 1 : 1
    second = current
    return used <= perSecond
  }
}
