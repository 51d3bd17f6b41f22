import { useRef } from 'preact/hooks'

/** The value, or the last one that there was: what is shown stays until what is asked for is there. */
export function useLast<T>(value: T | undefined): T | undefined {
  const last = useRef(value)
  if (value !== undefined) last.current = value
  return last.current
}
