import { App } from 'aws-cdk-lib'
import { loadSettings } from '../lib/load-settings.ts'
import { RelayStack } from '../lib/relay-stack.ts'
import { SettingsError } from '../lib/settings.ts'

const app = new App()

/** So that nobody deploys it for want of a file, and wonders why nothing rings. */
const NO_APPS = (stage: string) =>
  `The settings name no mobile app: the stage ${stage} can push to no phone. Write wakecall.config.ts (wakecall.config.example.ts explains it), or name a file with -c config=FILE.`

try {
  const settings = await loadSettings(app.node.tryGetContext('config'))
  const { stage, region, apps } = settings
  if (Object.keys(apps).length === 0) process.stderr.write(`${NO_APPS(stage)}\n`)
  new RelayStack(app, `wakecall-${stage}`, settings, region ? { env: { region } } : {})
} catch (error) {
  if (!(error instanceof SettingsError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
