import { type RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CustomDataIdentifier, DataProtectionPolicy, type ILogGroup, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { type PlannedApplication, pathOf } from './apps.ts'

// These patterns know no colon, which an FCM token has behind its first part: a full stop stands for it
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-custom-data-identifiers.html).
const TOKENS = [
  new CustomDataIdentifier('AppleDeviceToken', '[0-9a-fA-F]{32,}'),
  new CustomDataIdentifier('FcmRegistrationToken', '[0-9A-Za-z_-]{8,}.[0-9A-Za-z_-]{100,}'),
]

/**
 * The log groups where SNS writes what became of each push, device token included: masked for everybody who may not
 * `logs:Unmask`. SNS fixes their names (https://docs.aws.amazon.com/sns/latest/dg/sns-msg-status.html).
 */
export function createDeliveryLogs(
  scope: Construct,
  application: Pick<PlannedApplication, 'platform' | 'name'>,
  retention: RetentionDays,
  removalPolicy: RemovalPolicy,
): { delivered: LogGroup; failed: LogGroup } {
  const { region, account } = Stack.of(scope)
  const name = `sns/${region}/${account}/app/${pathOf(application)}`
  const create = (id: string, logGroupName: string) =>
    new LogGroup(scope, `${application.name}-${id}`, {
      logGroupName,
      retention,
      removalPolicy,
      dataProtectionPolicy: new DataProtectionPolicy({
        name: 'device-tokens',
        description: 'Masks device tokens',
        identifiers: TOKENS,
      }),
    })
  return { delivered: create('delivered', name), failed: create('failed', `${name}/Failure`) }
}

/** What SNS writes delivery status with, to these groups and no others. */
export function createFeedbackRole(scope: Construct, logGroups: ILogGroup[]): Role {
  const actions = ['CreateLogGroup', 'CreateLogStream', 'PutLogEvents', 'PutMetricFilter', 'PutRetentionPolicy']
  const statement = new PolicyStatement({
    actions: actions.map((action) => `logs:${action}`),
    resources: logGroups.map(({ logGroupArn }) => logGroupArn),
  })
  return new Role(scope, 'FeedbackRole', {
    assumedBy: new ServicePrincipal('sns.amazonaws.com'),
    inlinePolicies: { write: new PolicyDocument({ statements: [statement] }) },
  })
}
