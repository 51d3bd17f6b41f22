/** One flush for all who ask while the one before it is under way: it begins after they asked, so that it covers them. */
export function groupFlush(flush: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  async function afterRunning(): Promise<void> {
    await running.catch(() => undefined)
    next = undefined
    running = flush()
    return running
  }
  return () => {
    next ??= afterRunning()
    return next
  }
}
