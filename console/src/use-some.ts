import { useState } from 'preact/hooks'

const PAGE = 100

/** The first of a long list, `more` of it when that is asked for, and how many are `left`: drawing thousands takes seconds. */
export function useSome<T>(all: readonly T[]): { some: readonly T[]; left: number; more: () => void } {
  const [shown, setShown] = useState(PAGE)
  return { some: all.slice(0, shown), left: Math.max(0, all.length - shown), more: () => setShown((count) => count + PAGE) }
}
