import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { RelayStack } from '../../lib/relay-stack.ts'
import { readSettings, type Settings } from '../../lib/settings.ts'
import type { FunctionName } from '../../wire/routes.ts'

export const VOIP = 'arn:aws:sns:eu-west-1:123456789012:app/APNS_VOIP/phone'
export const ALERT = 'arn:aws:sns:eu-west-1:123456789012:app/APNS/phone'
export const FCM = 'arn:aws:sns:eu-west-1:123456789012:app/GCM/phone'
export const apps = { phone: { bundle: 'com.example.phone', voip: VOIP, alert: ALERT, fcm: FCM } }

const defaults = readSettings((name) => (name === 'stage' ? 'test' : undefined))

/** A stack whose functions are not bundled. */
export function createStack(settings: Partial<Settings> = {}): { app: App; stack: RelayStack } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  return { app, stack: new RelayStack(app, 'wakecall-test', { ...defaults, apps, ...settings }) }
}

export const synthesize = (settings?: Partial<Settings>): Template => Template.fromStack(createStack(settings).stack)

type Resource = { Properties: Record<string, unknown> }

/** The logical id and the properties of a function, found by its log group: its name is AWS's to choose. */
export function functionOf(template: Template, name: FunctionName) {
  const [logs] = Object.keys(
    template.findResources('AWS::Logs::LogGroup', { Properties: { LogGroupName: `/wakecall/test/${name}` } }),
  )
  const found = template.findResources('AWS::Lambda::Function', { Properties: { LoggingConfig: { LogGroup: { Ref: logs } } } })
  const [[id, resource] = ['', { Properties: {} }]] = Object.entries(found as Record<string, Resource>)
  return { id, properties: resource.Properties }
}
