import { Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { FUNCTIONS, type FunctionName, ROUTES, type Route, routeKey } from '../wire/routes.ts'

/** Requests a second that a route takes, and how many at one moment. */
type Throttle = { rate: number; burst: number }

export type RelayApiProps = {
  apiName: string
  functions: Record<FunctionName, IFunction>
  accessLogs: ILogGroup
  throttle: Throttle
}

// Neither path nor query: they carry extensions and Call-IDs.
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTimeEpoch',
    method: '$context.httpMethod',
    routeKey: '$context.routeKey',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    integrationMs: '$context.integrationLatency',
    integrationError: '$context.integrationErrorMessage',
  }),
)

/** The HTTP API, made from the route table. Unknown paths and methods go to `calls`, which answers problem documents. */
export class RelayApi extends Construct {
  readonly url: string

  constructor(scope: Construct, id: string, { apiName, functions, accessLogs, throttle }: RelayApiProps) {
    super(scope, id)
    const httpApi = new HttpApi(this, 'HttpApi', { apiName, createDefaultStage: false })
    const integrations = Object.fromEntries(
      FUNCTIONS.map((name) => [name, new HttpLambdaIntegration(`${name}Integration`, functions[name])]),
    )
    const addRoute = (id: string, name: FunctionName, key: HttpRouteKey, reason: string) => {
      const integration = integrations[name] as HttpLambdaIntegration
      const route = new HttpRoute(this, id, { httpApi, routeKey: key, integration })
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason })
      return route
    }
    const routes = Object.entries<Route>(ROUTES).map(([id, { function: name, method, path, signed }]) =>
      addRoute(id, name, HttpRouteKey.with(path, HttpMethod[method]), signed ? SIGNED : UNSIGNED),
    )
    const unknown = addRoute('unknown', 'calls', HttpRouteKey.DEFAULT, UNKNOWN)

    const stage = new HttpStage(this, 'Stage', {
      httpApi,
      autoDeploy: true,
      throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(accessLogs), format: ACCESS_LOG },
    })
    // API Gateway refuses settings of a route that it does not have yet.
    stage.node.addDependency(...routes, unknown)
    ;(stage.node.defaultChild as CfnStage).routeSettings = routeSettings(throttle)
    this.url = httpApi.apiEndpoint
  }
}

const SIGNED = 'The function verifies an RFC 9421 signature over the raw body, which no authorizer of an HTTP API gets to see'
const UNSIGNED = 'Public on purpose: answers version and time, and reads nothing'
const UNKNOWN = 'Answers 404 and 405, and reads nothing'

/** A tenth for devices, as SNS's quota for endpoints is a tenth of that for pushes, and for all that needs no signature. */
function routeSettings({ rate, burst }: Throttle) {
  const slower = { ThrottlingRateLimit: Math.ceil(rate / 10), ThrottlingBurstLimit: Math.ceil(burst / 10) }
  const keys = Object.values<Route>(ROUTES)
    .filter((route) => route.function === 'devices' || !route.signed)
    .map(routeKey)
  return Object.fromEntries([...keys, '$default'].map((key) => [key, slower]))
}
