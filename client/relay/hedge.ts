/** `overtaken` is aborted when another attempt won. */
type Attempt<T> = (overtaken: AbortSignal) => Promise<T>

export type Hedge<T> = {
  first: Attempt<T>
  second: Attempt<T>
  /** How long the first is alone if it does not fail; `undefined`: as long as it takes. */
  delayMs: number | undefined
  /** Whether the second need not fail as the first did. */
  mends: (error: unknown) => boolean
  maySecond: () => boolean
  wait: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** The first good answer of two attempts: the second is made when the first is late or failed. Fails as the first did. */
export async function hedged<T>({ first, second, delayMs, mends, maySecond, wait }: Hedge<T>): Promise<T> {
  const over = new AbortController()
  try {
    const answer = first(over.signal)
    const ended = answer.then(() => false, mends)
    const late = delayMs === undefined ? [] : [wait(delayMs, over.signal).then(() => true)]
    const wanted = await Promise.race([ended, ...late])
    if (!wanted || !maySecond()) return await answer
    return await Promise.any([answer, second(over.signal)]).catch((failed: AggregateError) => {
      throw failed.errors[0]
    })
  } finally {
    over.abort()
  }
}
