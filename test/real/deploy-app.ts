/**
 * The app of bin/wakecall.ts for MiniStack 1.5.33, without what that refuses. What is left out here is tested on the
 * synthesised template, in test/lib/ (alarms: monitoring*.test.ts).
 */
import { App, Aspects, CfnResource } from 'aws-cdk-lib'
import { CfnAlarm, CfnCompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import { loadSettings } from '../../lib/load-settings.ts'
import { RelayStack } from '../../lib/relay-stack.ts'

/** By what MiniStack says. */
const REFUSED: Record<string, (resource: CfnResource) => boolean> = {
  'Template format error: Unrecognized resource types: [AWS::CloudWatch::CompositeAlarm]': (resource) =>
    resource instanceof CfnCompositeAlarm,
  'AWS::CloudWatch::Alarm Properties.Metrics (metric math) is not supported; use MetricName and Namespace.': (resource) =>
    resource instanceof CfnAlarm && resource.metrics !== undefined,
}

const app = new App()
const settings = await loadSettings(app.node.tryGetContext('config'))
const { stage, region } = settings
const stack = new RelayStack(app, `wakecall-${stage}`, settings, region ? { env: { region } } : {})

Aspects.of(stack).add({
  visit(node) {
    const refused = node instanceof CfnResource && Object.values(REFUSED).some((isRefused) => isRefused(node))
    if (refused) node.node.scope?.node.tryRemoveChild(node.node.id)
  },
})
