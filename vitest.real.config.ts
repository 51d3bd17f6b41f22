import { defineConfig } from 'vitest/config'

/** The suites with real parts but Asterisk's and Kamailio's own: one after the other, with the time that an installation takes. */
export default defineConfig({
  test: {
    include: ['test/real/**/*.test.ts'],
    exclude: ['test/real/asterisk/**', 'test/real/kamailio/**'],
    fileParallelism: false,
    testTimeout: 15 * 60_000,
    hookTimeout: 10 * 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
