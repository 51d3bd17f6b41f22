import { App } from 'aws-cdk-lib'
import { RelayStack } from '../lib/relay-stack.ts'
import { readSettings, type Settings, SettingsError } from '../lib/settings.ts'

const app = new App()

function settings(): Settings {
  try {
    return readSettings((name) => app.node.tryGetContext(name))
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

const given = settings()
new RelayStack(app, `wakecall-${given.stage}`, given)
