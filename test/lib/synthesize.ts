import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import type { DeployedFunction } from '../../lib/function.ts'
import { RelayStack } from '../../lib/relay-stack.ts'
import { type Config, readSettings } from '../../lib/settings.ts'

const bundleId = 'com.example.phone'
export const apps = {
  phone: {
    apple: { bundleId, teamId: 'ABCDE12345', keyId: 'KEY1234567', keySecret: 'wakecall/apns-key' },
    google: { serviceAccountSecret: 'wakecall/fcm', credentialVersion: '7' },
  },
} satisfies Config['apps']

const NAMES = ['APNS_VOIP/wakecall-test-phone-voip', 'APNS/wakecall-test-phone-alert', 'GCM/wakecall-test-phone-fcm'] as const

/** The ARNs of the platform applications of `apps`. */
export const [VOIP, ALERT, FCM] = NAMES.map((name) => `arn:aws:sns:eu-west-1:123456789012:app/${name}`) as [
  string,
  string,
  string,
]

/** The log groups of what was delivered through them and what was not. */
export const DELIVERY_LOGS = NAMES.flatMap((name) =>
  ['', '/Failure'].map((kind) => `sns/eu-west-1/123456789012/app/${name}${kind}`),
)

type Env = { account?: string; region?: string }
const ENV: Env = { account: '123456789012', region: 'eu-west-1' }

/** A stack whose functions are not bundled; without an `env` for whatever account and region it is deployed to. */
export function createStack(config: Config = {}, env: Env = ENV): { app: App; stack: RelayStack } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [], '@aws-cdk/core:enablePartitionLiterals': true } })
  const settings = readSettings({ stage: 'test', apps, ...config })
  return { app, stack: new RelayStack(app, `wakecall-${settings.stage}`, settings, { env }) }
}

export const synthesize = (config?: Config, env?: Env): Template => Template.fromStack(createStack(config, env).stack)

type Resource = { Properties: Record<string, unknown> }

/** The logical id and the properties of a function, found by its log group: its name is AWS's to choose. */
export function functionOf(template: Template, name: DeployedFunction | 'provider', stage = 'test') {
  const [logs] = Object.keys(
    template.findResources('AWS::Logs::LogGroup', { Properties: { LogGroupName: `/wakecall/${stage}/${name}` } }),
  )
  const found = template.findResources('AWS::Lambda::Function', { Properties: { LoggingConfig: { LogGroup: { Ref: logs } } } })
  const [[id, resource] = ['', { Properties: {} }]] = Object.entries(found as Record<string, Resource>)
  return { id, properties: resource.Properties }
}

/** The properties of a resource of a type, in the order of the template. */
export const propertiesOf = (template: Template, type: string): Record<string, unknown>[] =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties)
