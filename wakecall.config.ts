import type { Config } from './lib/settings.ts'

/** What `cdk deploy` deploys. wakecall.config.example.ts has every setting, and says what it does. */
export const config = {
  stage: 'dev',
  apps: {},
} satisfies Config
