/** Sets the newest; of more than `limit` the oldest goes. */
export function keep<T>(kept: Map<string, T>, limit: number, key: string, value: T): void {
  kept.delete(key)
  kept.set(key, value)
  if (kept.size > limit) kept.delete(kept.keys().next().value as string)
}
