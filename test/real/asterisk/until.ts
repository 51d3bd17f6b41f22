import { vi } from 'vitest'

export const until = <T>(condition: () => T | Promise<T>): Promise<T> => vi.waitFor(condition, { timeout: 20_000, interval: 20 })
