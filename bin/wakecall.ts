import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { loadSettings } from '../lib/load-settings.ts'
import { RelayStack } from '../lib/relay-stack.ts'
import { SettingsError } from '../lib/settings.ts'

const app = new App()
const file = app.node.tryGetContext('config') ?? join(import.meta.dirname, '../wakecall.config.ts')

try {
  const settings = await loadSettings(file)
  const { stage, region } = settings
  new RelayStack(app, `wakecall-${stage}`, settings, region ? { env: { region } } : {})
} catch (error) {
  if (!(error instanceof SettingsError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
