import { Match, type Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { ROUTES, type Route, routeKey } from '../../wire/routes.ts'
import { functionOf, synthesize } from './synthesize.ts'

const template = synthesize()
const routes = Object.values<Route>(ROUTES).map((route) => ({ key: routeKey(route), name: route.function, path: route.path }))
const all = [...routes, { key: '$default', name: 'calls' as const, path: '' }]

type Reference = { 'Fn::Join': [separator: string, parts: [prefix: string, { Ref: string }]] }

function integrationOf(key: string): Record<string, unknown> {
  const [route] = Object.values(template.findResources('AWS::ApiGatewayV2::Route', { Properties: { RouteKey: key } }))
  const [, [, { Ref: id }]] = (route as { Properties: { Target: Reference } }).Properties.Target['Fn::Join']
  return template.findResources('AWS::ApiGatewayV2::Integration')[id]?.Properties
}

const stageOf = (template: Template) => Object.values(template.findResources('AWS::ApiGatewayV2::Stage'))[0]?.Properties

describe('routes', () => {
  test.each(all)('$key leads to $name, payload format 2.0', ({ key, name }) => {
    expect(integrationOf(key)).toMatchObject({
      IntegrationUri: { 'Fn::GetAtt': [functionOf(template, name).id, 'Arn'] },
      PayloadFormatVersion: '2.0',
    })
  })

  test.each(all)('$key may call $name, and nobody else may', ({ name, path }) => {
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'apigateway.amazonaws.com',
      FunctionName: { 'Fn::GetAtt': [functionOf(template, name).id, 'Arn'] },
      SourceArn: { 'Fn::Join': ['', Match.arrayWith([{ Ref: Match.stringLikeRegexp('^ApiHttpApi') }, `/*/*${path}`])] },
    })
    // One more lets the hourly rule call `credentials`.
    template.resourceCountIs('AWS::Lambda::Permission', all.length + 1)
  })

  test('there are no others', () => {
    template.resourceCountIs('AWS::ApiGatewayV2::Route', all.length)
  })

  test('no browser of another origin is let in', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: Match.absent() })
  })
})

describe('throttling', () => {
  const stage = stageOf(synthesize({ requests: { perSecond: 55, burst: 95 } }))

  test('the setting is the default of every route', () => {
    expect(stage?.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 55, ThrottlingBurstLimit: 95 })
  })

  test('devices, unsigned routes and unknown paths have a tenth of it, calls have all of it', () => {
    const slower = { ThrottlingRateLimit: 6, ThrottlingBurstLimit: 10 }
    expect(stage?.RouteSettings).toEqual({
      'PUT /v1/extensions/{extension}/devices/{deviceId}': slower,
      'DELETE /v1/extensions/{extension}/devices/{deviceId}': slower,
      'GET /v1/extensions/{extension}/devices': slower,
      'GET /v1/health': slower,
      'POST /v1/enrolments': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 },
      $default: slower,
    })
  })

  test('codes cannot be guessed faster where more calls are let in', () => {
    const enrol = stageOf(synthesize({ requests: { perSecond: 50_000, burst: 50_000 } }))?.RouteSettings['POST /v1/enrolments']
    expect(enrol).toEqual({ ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 })
  })

  test('the stage waits for every route that it has settings for', () => {
    const ids = Object.keys(template.findResources('AWS::ApiGatewayV2::Route'))
    template.hasResource('AWS::ApiGatewayV2::Stage', { DependsOn: Match.arrayWith(ids.sort()) })
  })
})

describe('access log', () => {
  const format: string = stageOf(template)?.AccessLogSettings.Format

  test('is JSON with what it takes to find a slow or failed request', () => {
    expect(JSON.parse(format)).toEqual({
      requestId: '$context.requestId',
      route: '$context.routeKey',
      status: '$context.status',
      latencyMs: '$context.responseLatency',
      integrationMs: '$context.integrationLatency',
      integrationError: '$context.integrationErrorMessage',
    })
  })

  test('holds neither path nor query string, where extensions and Call-IDs stand', () => {
    expect(format).not.toMatch(/path|query|protocol|domain|authorizer/i)
  })
})

describe('outputs', () => {
  test('are what a PBX and an operator need', () => {
    template.hasOutput('RelayUrl', { Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ApiHttpApi'), 'ApiEndpoint'] } })
    template.hasOutput('TableName', { Value: { Ref: Match.stringLikeRegexp('^Table') } })
    template.hasOutput('DeadLetterUrl', { Value: { Ref: Match.stringLikeRegexp('^EndpointEventsDeadLetters') } })
    expect(template.findOutputs('DomainTarget')).toEqual({})
    template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0)
  })
})

describe("a domain of one's own", () => {
  const certificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012'
  const template = synthesize({ domain: { name: 'push.example.com', certificateArn } })

  test('has the certificate, no TLS older than 1.2, and leads to the API', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'push.example.com',
      DomainNameConfigurations: [Match.objectLike({ CertificateArn: certificateArn, SecurityPolicy: 'TLS_1_2' })],
    })
    template.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', {
      ApiId: { Ref: Match.stringLikeRegexp('^ApiHttpApi') },
      DomainName: { Ref: Match.stringLikeRegexp('^ApiDomain') },
      Stage: '$default',
    })
  })

  test('is where a PBX is enrolled, and what its DNS record points to is told', () => {
    template.hasOutput('RelayUrl', { Value: 'https://push.example.com' })
    template.hasOutput('DomainTarget', {
      Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ApiDomain'), 'RegionalDomainName'] },
    })
  })
})
