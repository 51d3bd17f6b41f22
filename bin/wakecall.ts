import { App } from 'aws-cdk-lib'
import { loadSettings } from '../lib/load-settings.ts'
import { RelayStack } from '../lib/relay-stack.ts'
import { SettingsError } from '../lib/settings.ts'

const app = new App()

try {
  const settings = await loadSettings(app.node.tryGetContext('config'))
  const { stage, region } = settings
  new RelayStack(app, `wakecall-${stage}`, settings, region ? { env: { region } } : {})
} catch (error) {
  if (!(error instanceof SettingsError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
