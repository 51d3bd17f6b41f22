import { useEffect, useState } from 'preact/hooks'
import { pnsNow } from './clock.ts'

/** The time by the PNS's clock, in ms since 1970, anew every so many ms. */
export function useNow(everyMs: number): number {
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return pnsNow()
}
