import { Stack } from 'aws-cdk-lib'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { SnsPlatform } from '../wire/payload.ts'
import type { Access, Grant } from './access.ts'
import { appsSetting, type PlannedApplication, pathOf, planApplications } from './apps.ts'
import { createDeliveryLogs } from './delivery-logs.ts'
import type { Settings } from './settings.ts'

/** An SNS platform application of the deployment, and SNS's log groups of what was delivered through it and what was not. */
export type DeployedApplication = {
  app: string
  channel: 'voip' | 'alert' | 'fcm'
  platform: SnsPlatform
  name: string
  arn: string
  delivered: ILogGroup
  failed: ILogGroup
}

export type Application = DeployedApplication & PlannedApplication

/** The platform applications by the ARNs that they will have, their log groups, and what functions may do with them. */
export class Applications extends Construct {
  readonly all: Application[]
  readonly #stage: string
  readonly #setting: string

  constructor(scope: Construct, id: string, { stage, apps, retention, removal }: Settings) {
    super(scope, id)
    const stack = Stack.of(this)
    this.#stage = stage
    this.all = planApplications(stage, apps).map((planned) => {
      const arn = stack.formatArn({ service: 'sns', resource: 'app', resourceName: pathOf(planned) })
      return { ...planned, arn, ...createDeliveryLogs(this, planned, retention.deliveryLogDays, removal.deliveryLogs) }
    })
    this.#setting = stack.toJsonString(appsSetting(apps, this.all))
  }

  /** Pushes to phones, and deletes the endpoint of one that is gone. */
  pushes(): Access {
    return this.#access([this.#onEndpoints('sns:Publish', 'sns:DeleteEndpoint')])
  }

  /** Makes, enables and deletes the endpoints of phones. */
  endpointWrites(): Access {
    const create = this.#onApplications('sns:CreatePlatformEndpoint')
    return this.#access([create, this.#onEndpoints('sns:SetEndpointAttributes', 'sns:DeleteEndpoint')])
  }

  /** Deletes the endpoint of a phone that is gone. */
  endpointPrunes(): Access {
    return this.#access([this.#onEndpoints('sns:DeleteEndpoint')])
  }

  /** Looks at the platform applications. */
  applicationReads(): Access {
    return this.#access([this.#onApplications('sns:GetPlatformApplicationAttributes')])
  }

  /**
   * Deletes any platform application of the stage: one that has left the settings is deleted after the permissions of what is
   * left have been put in place.
   */
  deletions(): Grant {
    const resource = { service: 'sns', resource: 'app', resourceName: `*/wakecall-${this.#stage}-*` }
    return {
      actions: ['sns:DeletePlatformApplication'],
      resources: [Stack.of(this).formatArn(resource)],
      wildcard: 'What is deleted is what the settings do not name any more: the pattern holds the applications of one stage',
    }
  }

  /** Searches SNS's delivery-status logs. */
  deliveryReads(): Access {
    const resources = this.all.flatMap(({ delivered, failed }) => [delivered.logGroupArn, failed.logGroupArn])
    return this.#access([{ actions: ['logs:FilterLogEvents'], resources }])
  }

  #access(grants: Grant[]): Access {
    return { value: this.#setting, grants }
  }

  #onApplications(...actions: string[]): Grant {
    return { actions, resources: this.all.map(({ arn }) => arn) }
  }

  // SNS checks some endpoint actions against the application's ARN, whatever the endpoint's is: both are granted.
  #onEndpoints(...actions: string[]): Grant {
    const endpointsOf = (application: Application) =>
      Stack.of(this).formatArn({ service: 'sns', resource: 'endpoint', resourceName: `${pathOf(application)}/*` })
    return {
      actions,
      resources: this.all.flatMap((application) => [application.arn, endpointsOf(application)]),
      wildcard: 'Endpoints are made as phones register: the pattern holds those of one platform application',
    }
  }
}
