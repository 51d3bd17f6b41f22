import { defineConfig } from 'vitest/config'

/** The suite with a real Asterisk, real phones and true wakes: one file after the other. */
export default defineConfig({
  test: {
    include: ['test/real/asterisk/**/*.test.ts'],
    globalSetup: 'test/real/asterisk/install.ts',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 10 * 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
