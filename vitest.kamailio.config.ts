import { defineConfig } from 'vitest/config'

/** The SIP gateway with a real Kamailio, in a network of its own: `npm run test:kamailio`. */
export default defineConfig({
  test: {
    include: ['test/real/kamailio/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
