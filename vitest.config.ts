import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** They touch no adapter of AWS. */
const PURE = ['test/{core,wire,pbx}/**/*.test.ts']
const STACK = ['test/lib/**/*.test.ts', 'test/monitoring/{alarm-math,delivery-filters,docs,function-filters}.test.ts']
// Many tests run the real commands: with what Node has compiled before, each starts in half the time.
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') }
const common = { testTimeout: 20_000, hookTimeout: 30_000, expect: { poll: { timeout: 10_000 } }, env }

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      // Every file that touches AWS's adapters sets the environment before it imports them: each has modules of its own.
      {
        test: {
          ...common,
          name: 'wakecall',
          include: ['test/**/*.test.ts'],
          exclude: [...STACK, ...PURE, 'test/real/**', 'test/browser/**'],
        },
      },
      { test: { ...common, name: 'pure', include: PURE, isolate: false } },
      // The CDK takes seconds to load, and needs no such care.
      { test: { ...common, name: 'stack', include: STACK, isolate: false } },
    ],
  },
})
