const REMEMBERED = 10_000

/**
 * Names calls: `<linkedid>-<extension>`, because the legs of a ring group share a Linkedid. A queue that rings its member again
 * asks for another push: the second attempt ends in `-2`, and so on.
 */
export function createCallIds() {
  const attempts = new Map<string, number>()
  return (linkedid: string, extension: string): string => {
    const key = `${linkedid}-${extension}`
    const attempt = (attempts.get(key) ?? 0) + 1
    attempts.delete(key)
    attempts.set(key, attempt)
    if (attempts.size > REMEMBERED) attempts.delete(attempts.keys().next().value as string)
    return attempt === 1 ? key : `${key}-${attempt}`
  }
}
