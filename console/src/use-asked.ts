import { useCallback, useEffect, useState } from 'preact/hooks'
import { get } from './api.ts'
import { pnsNow } from './clock.ts'

/** `at`: when the answer came, by the PNS's clock; `error`: why there is no newer one. */
export type Asked<T> = { answer: T | undefined; at: number | undefined; error: string | undefined; again: () => Promise<void> }

/** What the PNS answers at `path`: at first, so many ms after each answer if that is given, and when `again` is called. */
export function useAsked<T>(path: string, everyMs?: number): Asked<T> {
  const [answer, setAnswer] = useState<{ path: string; body: T; at: number } | undefined>(undefined)
  const [error, setError] = useState<string | undefined>(undefined)

  const again = useCallback(async () => {
    try {
      const body = await get<T>(path)
      setAnswer({ path, body, at: pnsNow() })
      setError(undefined)
    } catch (problem) {
      setError((problem as Error).message)
    }
  }, [path])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let left = false
    const go = async () => {
      await again()
      if (!left && everyMs !== undefined) timer = setTimeout(go, everyMs)
    }
    void go()
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [again, everyMs])

  const fits = answer?.path === path ? answer : undefined
  return { answer: fits?.body, at: fits?.at, error, again }
}
