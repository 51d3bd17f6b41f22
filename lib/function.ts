import { join } from 'node:path'
import { Duration, Validations } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type * as v from 'valibot'
import type { CallsEnv } from '../lambdas/calls/env.ts'
import type { DevicesEnv } from '../lambdas/devices/env.ts'
import type { HistoryEnv } from '../lambdas/history/env.ts'
import type { MessagesEnv } from '../lambdas/messages/env.ts'
import type { FunctionName } from '../wire/routes.ts'
import type { Access, Grant } from './access.ts'

type Environments = {
  calls: typeof CallsEnv
  messages: typeof MessagesEnv
  devices: typeof DevicesEnv
  history: typeof HistoryEnv
}

/** What each environment variable of a function stands for: exactly the variables that its own env.ts reads. */
export type Uses<Name extends FunctionName> = Record<keyof v.InferInput<Environments[Name]>, Access>

export type RelayFunctionProps<Name extends FunctionName> = {
  name: Name
  uses: Uses<Name>
  logGroup: ILogGroup
  memoryMiB: number
  timeoutSeconds: number
}

const root = join(import.meta.dirname, '..')

/** One Lambda function with a role of its own that holds what `uses` grants, its log group and X-Ray, and nothing else. */
export class RelayFunction<Name extends FunctionName> extends Construct {
  readonly handler: NodejsFunction

  constructor(scope: Construct, id: string, { name, uses, logGroup, memoryMiB, timeoutSeconds }: RelayFunctionProps<Name>) {
    super(scope, id)
    const accesses = Object.entries<Access>(uses)
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    logGroup.grantWrite(role)
    for (const grant of accesses.flatMap(([, { grants }]) => grants)) allow(role, grant)

    this.handler = new NodejsFunction(this, 'Function', {
      entry: join(root, 'lambdas', name, 'handler.ts'),
      projectRoot: root,
      depsLockFilePath: join(root, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMiB,
      timeout: Duration.seconds(timeoutSeconds),
      environment: Object.fromEntries(accesses.map(([variable, { value }]) => [variable, value])),
      awsSdkConnectionReuse: false,
      role,
      logGroup,
      // EMF metrics and the log are JSON lines on stdout: Lambda's own JSON format would wrap them.
      loggingFormat: LoggingFormat.TEXT,
      tracing: Tracing.ACTIVE,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        bundleAwsSDK: true,
        // No source maps: Node reads them only where it is told to, and then every error pays for parsing them.
        minify: true,
      },
    })
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: "X-Ray's write actions know no resources: this is the only statement on `*`",
    })
  }
}

function allow(role: Role, { actions, resources, wildcard }: Grant): void {
  if (resources.length === 0) return
  role.addToPolicy(new PolicyStatement({ actions, resources }))
  if (!wildcard) return
  const ids = resources.filter((resource) => resource.endsWith('*')).map((resource) => `AwsSolutions-IAM5[Resource::${resource}]`)
  Validations.of(role).acknowledge(...ids.map((id) => ({ id, reason: wildcard })))
}
