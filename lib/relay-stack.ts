import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import type { Construct } from 'constructs'
import { RelayApi } from './api.ts'
import { Applications } from './applications.ts'
import { callerKey } from './caller-key.ts'
import { EndpointEvents } from './endpoint-events.ts'
import { DEPLOYED_FUNCTIONS, type DeployedFunction } from './function.ts'
import { createFunctions } from './functions.ts'
import { createLogGroup } from './log-group.ts'
import { Monitoring } from './monitoring/monitoring.ts'
import { PlatformApplications } from './platform-applications.ts'
import type { Settings } from './settings.ts'
import { createTable } from './table.ts'

/** All of Wakecall that runs on AWS: an HTTP API, its functions, one table, SNS's platform applications, the monitoring. */
export class RelayStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, props: StackProps = {}) {
    const { stage, retention, removal, requests, domain, keepNumbers, deliverySamplePercent, alarms } = settings
    super(scope, id, { description: `Wakecall relay (${stage})`, ...props })
    // W3005: the CDK names dependencies that references imply already.
    this.templateOptions.metadata = { 'cfn-lint': { config: { ignore_checks: ['W3005'] } } }
    const namespace = `Wakecall/${stage}`
    const logs = (id: string, name: string) => createLogGroup(this, id, name, retention.logDays)
    const logGroups = forEachFunction((name) => logs(`${name}Logs`, `/wakecall/${stage}/${name}`))

    const table = createTable(this, removal.table)
    const applications = new Applications(this, 'Applications', settings)
    const functions = createFunctions(this, {
      table,
      applications,
      callerKey: callerKey(this, keepNumbers),
      logGroups,
    })
    const handlers = forEachFunction((name) => functions[name].handler)

    const events = new EndpointEvents(this, 'EndpointEvents')
    events.feed(handlers.events)
    // Also when no app is left: those that were are deleted last.
    if (removal.applications === RemovalPolicy.DESTROY) functions.applications.allow(applications.deletions())
    // Under this prefix AWS needs no resource policy for each group: an account has few of them, each of 5 KB.
    const accessLogs = logs('AccessLogs', `/aws/vendedlogs/wakecall/${stage}/access`)
    const otherLogGroups = [accessLogs]
    if (applications.all.length > 0) {
      const providerLogs = logs('ProviderLogs', `/wakecall/${stage}/provider`)
      otherLogGroups.push(providerLogs)
      new PlatformApplications(this, 'PlatformApplications', {
        applications: applications.all,
        fn: functions.applications,
        providerLogs,
        eventTopic: events.topic,
        deliverySamplePercent,
        removalPolicy: removal.applications,
      })
    }
    new Rule(this, 'Hourly', {
      description: "Wakecall: a look at the platform applications' credentials",
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaFunction(handlers.credentials)],
    })

    const api = new RelayApi(this, 'Api', {
      apiName: `wakecall-${stage}`,
      functions: handlers,
      accessLogs,
      throttle: requests,
      domain,
    })
    new Monitoring(this, 'Monitoring', {
      stage,
      namespace,
      alarms,
      functions: handlers,
      logGroups,
      otherLogGroups,
      apiId: api.apiId,
      // The CDK's own types do not fit each other under exactOptionalPropertyTypes.
      table: table as ITable,
      deadLetters: events.deadLetters,
      applications: applications.all,
      deliverySamplePercent,
    })

    const output = (name: string, value: string, description: string) => new CfnOutput(this, name, { value, description })
    output('RelayUrl', api.url, 'What a PBX is enrolled at')
    output('TableName', table.tableName, 'The table, for wakecall-admin')
    if (api.domainTarget) output('DomainTarget', api.domainTarget, `The CNAME record of ${domain?.name} points here`)
    output('DeadLetterUrl', events.deadLetters.queueUrl, 'The queue of the endpoint events that could not be handled')
  }
}

const forEachFunction = <T>(make: (name: DeployedFunction) => T) =>
  Object.fromEntries(DEPLOYED_FUNCTIONS.map((name) => [name, make(name)])) as Record<DeployedFunction, T>
