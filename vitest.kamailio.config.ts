import { defineConfig } from 'vitest/config'

/** The SIP gateway with a real Kamailio, in a network of its own: `npm run test:kamailio`. */
export default defineConfig({
  test: {
    include: ['test/real/kamailio/**/*.test.ts'],
    fileParallelism: false,
    // Calls that wait, each of users of its own.
    maxConcurrency: 40,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
