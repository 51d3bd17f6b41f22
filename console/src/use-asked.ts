import { useCallback, useEffect, useState } from 'preact/hooks'
import { get } from './api.ts'

export type Asked<T> = { answer: T | undefined; error: string | undefined; again: () => Promise<void> }

/** What the PNS answers at `path`: at first, every so many ms if that is given, and when `again` is called. */
export function useAsked<T>(path: string, everyMs?: number): Asked<T> {
  const [answer, setAnswer] = useState<{ path: string; body: T } | undefined>(undefined)
  const [error, setError] = useState<string | undefined>(undefined)

  const again = useCallback(async () => {
    try {
      const body = await get<T>(path)
      setAnswer({ path, body })
      setError(undefined)
    } catch (problem) {
      setError((problem as Error).message)
    }
  }, [path])

  useEffect(() => {
    void again()
    if (everyMs === undefined) return
    const timer = setInterval(() => void again(), everyMs)
    return () => clearInterval(timer)
  }, [again, everyMs])

  return { answer: answer?.path === path ? answer.body : undefined, error, again }
}
