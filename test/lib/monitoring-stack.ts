import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { RelayStack } from '../../lib/relay-stack.ts'
import { type Config, readSettings } from '../../lib/settings.ts'

const key = { teamId: 'ABCDE12345', keyId: 'KEY1234567', keySecret: 'apns' }

/** An app with a key, one with a certificate: every kind of platform application. */
export const apps = {
  phone: { apple: { bundleId: 'com.example.phone', ...key }, google: { serviceAccountSecret: 'fcm' } },
  old: { apple: { bundleId: 'com.example.old', certificateSecret: 'certificate' } },
} satisfies Config['apps']

export function monitoringApp(config: Config = {}): { app: App; stack: RelayStack } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  return { app, stack: new RelayStack(app, 'wakecall-test', readSettings({ stage: 'test', apps, ...config })) }
}

const synthesized = new Map<string, Template>()

/** Nothing changes a template, and making one takes a second: the same settings give the same. */
export function synthesizeMonitoring(config: Config = {}): Template {
  const key = JSON.stringify(config)
  const template = synthesized.get(key) ?? Template.fromStack(monitoringApp(config).stack)
  synthesized.set(key, template)
  return template
}
