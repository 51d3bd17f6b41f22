import { defineConfig } from 'vitest/config'

const common = { testTimeout: 20_000, hookTimeout: 30_000 }

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      // Every file that touches AWS's adapters sets the environment before it imports them: each has modules of its own.
      { test: { ...common, name: 'wakecall', include: ['test/**/*.test.ts'], exclude: ['test/lib/**', 'test/real/**'] } },
      // The CDK takes seconds to load, and needs no such care.
      { test: { ...common, name: 'stack', include: ['test/lib/**/*.test.ts'], isolate: false } },
    ],
  },
})
