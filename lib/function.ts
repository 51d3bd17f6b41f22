import { join } from 'node:path'
import { Duration } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { ApplicationLogLevel, Architecture, LoggingFormat, Runtime, SystemLogLevel } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type * as v from 'valibot'
import type { CallsEnv } from '../lambdas/calls/env.ts'
import type { CredentialsEnv } from '../lambdas/credentials/env.ts'
import type { DevicesEnv } from '../lambdas/devices/env.ts'
import type { EventsEnv } from '../lambdas/events/env.ts'
import type { HistoryEnv } from '../lambdas/history/env.ts'
import type { KeysEnv } from '../lambdas/keys/env.ts'
import type { MessagesEnv } from '../lambdas/messages/env.ts'
import { FUNCTIONS } from '../wire/routes.ts'
import { type Access, acknowledgePatterns, type Grant } from './access.ts'

/** The functions of the deployment: those that serve routes, and those that serve AWS. */
export const DEPLOYED_FUNCTIONS = [...FUNCTIONS, 'events', 'applications', 'credentials'] as const
export type DeployedFunction = (typeof DEPLOYED_FUNCTIONS)[number]

type Environments = {
  calls: typeof CallsEnv
  messages: typeof MessagesEnv
  devices: typeof DevicesEnv
  history: typeof HistoryEnv
  keys: typeof KeysEnv
  events: typeof EventsEnv
  credentials: typeof CredentialsEnv
  /** What it needs stands in the event. */
  applications: v.ObjectSchema<Record<never, never>, undefined>
}

/** What each environment variable of a function stands for: exactly the variables that its own env.ts reads. */
export type Uses<Name extends DeployedFunction> = Record<keyof v.InferInput<Environments[Name]>, Access>

export type RelayFunctionProps<Name extends DeployedFunction> = {
  name: Name
  uses: Uses<Name>
  logGroup: ILogGroup
  memoryMiB: number
  timeoutSeconds: number
}

const root = join(import.meta.dirname, '..')

/** One Lambda function with a role of its own that holds what `uses` grants, its log group, and nothing else. */
export class RelayFunction<Name extends DeployedFunction> extends Construct {
  readonly handler: NodejsFunction
  readonly #role: Role

  constructor(scope: Construct, id: string, { name, uses, logGroup, memoryMiB, timeoutSeconds }: RelayFunctionProps<Name>) {
    super(scope, id)
    const accesses = Object.entries<Access>(uses)
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.#role = role
    logGroup.grantWrite(role)
    this.allow(...accesses.flatMap(([, { grants }]) => grants))

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
      // Lines that are JSON already pass as they are. Lambda's own are left out where nothing failed: they would be more
      // bytes than ours (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html).
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        bundleAwsSDK: true,
        // No source maps: Node reads them only where it is told to, and then every error pays for parsing them.
        minify: true,
      },
    })
  }

  /** Grants what no variable stands for. */
  allow(...grants: Grant[]): void {
    for (const { actions, resources, wildcard } of grants) {
      if (resources.length === 0) continue
      this.#role.addToPolicy(new PolicyStatement({ actions, resources }))
      if (wildcard) acknowledgePatterns(this.#role, resources, wildcard)
    }
  }
}
