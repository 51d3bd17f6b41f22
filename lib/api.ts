import { Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  ApiMapping,
  type CfnStage,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { FUNCTIONS, type FunctionName, ROUTES, type Route, type RouteName, routeKey } from '../wire/routes.ts'
import type { Settings } from './settings.ts'

type Throttle = Settings['requests']

export type RelayApiProps = {
  apiName: string
  functions: Record<FunctionName, IFunction>
  accessLogs: ILogGroup
  throttle: Throttle
  domain: Settings['domain']
}

// Neither path nor query: they carry extensions and Call-IDs. No time: CloudWatch keeps one, and each byte has its price.
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    route: '$context.routeKey',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    integrationMs: '$context.integrationLatency',
    integrationError: '$context.integrationErrorMessage',
  }),
)

/** The HTTP API, made from the route table. Unknown paths and methods go to `calls`, which answers problem documents. */
export class RelayApi extends Construct {
  readonly apiId: string
  readonly url: string
  /** What the CNAME record of a domain of one's own points to. */
  readonly domainTarget: string | undefined

  constructor(scope: Construct, id: string, { apiName, functions, accessLogs, throttle, domain }: RelayApiProps) {
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
    const routes = (Object.entries(ROUTES) as [RouteName, Route][]).map(([id, { function: name, method, path, signed }]) =>
      addRoute(id, name, HttpRouteKey.with(path, HttpMethod[method]), signed ? SIGNED : (UNSIGNED[id] ?? '')),
    )
    const unknown = addRoute('unknown', 'calls', HttpRouteKey.DEFAULT, UNKNOWN)

    const stage = new HttpStage(this, 'Stage', {
      httpApi,
      autoDeploy: true,
      throttle: { rateLimit: throttle.perSecond, burstLimit: throttle.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(accessLogs), format: ACCESS_LOG },
    })
    // API Gateway refuses settings of a route that it does not have yet.
    stage.node.addDependency(...routes, unknown)
    ;(stage.node.defaultChild as CfnStage).routeSettings = routeSettings(throttle)
    const domainName = domain && createDomain(this, domain)
    if (domainName) new ApiMapping(this, 'Mapping', { api: httpApi, domainName, stage })

    this.apiId = httpApi.apiId
    this.url = domain ? `https://${domain.name}` : httpApi.apiEndpoint
    this.domainTarget = domainName?.regionalDomainName
  }
}

const createDomain = (scope: Construct, { name, certificateArn }: NonNullable<Settings['domain']>): DomainName =>
  new DomainName(scope, 'Domain', {
    domainName: name,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
  })

const SIGNED = 'The function verifies an RFC 9421 signature over the raw body, which no authorizer of an HTTP API gets to see'
const UNSIGNED: Partial<Record<RouteName, string>> = {
  health: 'Public on purpose: answers version and time, and reads nothing',
  enrol: 'A PBX that enrols has no key yet: a one-time code of high entropy stands for it, and guesses are throttled',
}
const UNKNOWN = 'Answers 404 and 405, and reads nothing'

// For the whole deployment: a PBX enrols once, and whoever asks more often guesses codes.
const ENROL: Throttle = { perSecond: 5, burst: 10 }

const limitsOf = ({ perSecond, burst }: Throttle) => ({ ThrottlingRateLimit: perSecond, ThrottlingBurstLimit: burst })

/** A tenth for devices, as SNS's quota for endpoints is a tenth of that for pushes, and for all that needs no signature. */
function routeSettings({ perSecond, burst }: Throttle) {
  const slower = limitsOf({ perSecond: Math.ceil(perSecond / 10), burst: Math.ceil(burst / 10) })
  const slow = Object.values<Route>(ROUTES).filter((route) => route.function === 'devices' || !route.signed)
  return {
    ...Object.fromEntries([...slow.map(routeKey), '$default'].map((key) => [key, slower])),
    [routeKey(ROUTES.enrol)]: limitsOf(ENROL),
  }
}
