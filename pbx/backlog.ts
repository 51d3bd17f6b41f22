/** Work in the order in which it came, one after the other; of a key only the newest that has not begun. It must not reject. */
export function createBacklog() {
  const waiting = new Map<string, () => Promise<void>>()
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    for (const [key, work] of waiting) {
      waiting.delete(key)
      await work()
    }
    running = undefined
  }

  return {
    put(key: string, work: () => Promise<void>): void {
      waiting.delete(key)
      waiting.set(key, work)
      running ??= run()
    },
    /** Whether something newer waits. */
    has: (key: string): boolean => waiting.has(key),
    settled: async (): Promise<void> => running,
  }
}
