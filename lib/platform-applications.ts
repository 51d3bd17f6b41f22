import { ArnFormat, CustomResource, Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib'
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Provider } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import type { ApplicationProperties } from '../lambdas/applications/env.ts'
import { acknowledgePatterns, type Grant } from './access.ts'
import type { Application } from './applications.ts'
import { createFeedbackRole } from './delivery-logs.ts'
import type { RelayFunction } from './function.ts'

export type PlatformApplicationsProps = {
  applications: Application[]
  fn: RelayFunction<'applications'>
  providerLogs: ILogGroup
  eventTopic: ITopic
  deliverySamplePercent: number
  removalPolicy: RemovalPolicy
}

/** The SNS platform applications, which CloudFormation knows only as custom resources: the function `applications` makes them. */
export class PlatformApplications extends Construct {
  constructor(scope: Construct, id: string, props: PlatformApplicationsProps) {
    super(scope, id)
    const { applications, fn, providerLogs, eventTopic, deliverySamplePercent, removalPolicy } = props
    const feedbackRole = createFeedbackRole(
      this,
      applications.flatMap(({ delivered, failed }) => [delivered, failed]),
    )
    fn.allow(...this.#grants(applications, feedbackRole))
    const { serviceToken } = createProvider(this, fn, providerLogs)

    for (const { name, arn, secretName, credential, delivered, failed } of applications) {
      const properties: Omit<ApplicationProperties, 'ServiceToken'> = {
        ...credential,
        Name: name,
        ApplicationArn: arn,
        SecretArn: this.#secretArn(secretName),
        FeedbackRoleArn: feedbackRole.roleArn,
        SuccessSampleRate: String(deliverySamplePercent),
        EventTopicArn: eventTopic.topicArn,
      }
      const resourceType = 'Custom::SnsPlatformApplication'
      const serviceTimeout = Duration.minutes(15)
      const resource = new CustomResource(this, name, { serviceToken, resourceType, serviceTimeout, properties, removalPolicy })
      // Otherwise SNS could make the groups first, without retention and without the mask.
      resource.node.addDependency(delivered, failed)
    }
  }

  #grants(applications: Application[], feedbackRole: IRole): Grant[] {
    const arns = applications.map(({ arn }) => arn)
    const secrets = new Set(applications.map(({ secretName }) => `${this.#secretArn(secretName)}-??????`))
    // Its refusals name `…:app/` as the resource of a creation: no pattern, but the ARN of no application.
    const noName = Stack.of(this).formatArn({ service: 'sns', resource: 'app', resourceName: '' })
    const attributes = ['Get', 'Set'].map((verb) => `sns:${verb}PlatformApplicationAttributes`)
    return [
      {
        actions: ['DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'].map((action) => `secretsmanager:${action}`),
        resources: [...secrets],
        wildcard: 'Secrets Manager ends the ARN of a secret in six random characters',
      },
      { actions: ['sns:CreatePlatformApplication'], resources: [noName, ...arns] },
      { actions: attributes, resources: arns },
      { actions: ['iam:PassRole'], resources: [feedbackRole.roleArn] },
    ]
  }

  /** The ARN of a secret by its name, without the six random characters that Secrets Manager adds. */
  #secretArn(resourceName: string): string {
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME
    return Stack.of(this).formatArn({ service: 'secretsmanager', resource: 'secret', resourceName, arnFormat })
  }
}

function createProvider(scope: Construct, { handler }: RelayFunction<'applications'>, logGroup: ILogGroup): Provider {
  const frameworkOnEventRole = new Role(scope, 'ProviderRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  logGroup.grantWrite(frameworkOnEventRole)
  const provider = new Provider(scope, 'Provider', { onEventHandler: handler, logGroup, frameworkOnEventRole })
  acknowledgePatterns(
    frameworkOnEventRole,
    [`${handler.functionArn}:*`],
    "CDK's provider framework may call any version of its one function",
  )
  return provider
}
