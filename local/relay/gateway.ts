/**
 * API Gateway's HTTP API on localhost: it builds the event of payload format 2.0 as AWS does, which percent-decodes a path
 * before it routes it and cuts it off at a decoded `?`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { type FunctionName, ROUTES, type Route, routeKey } from '../../wire/routes.ts'

type Invoke = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>
export type Functions = Record<FunctionName, Invoke>

/** The longest that a function may take, in ms: the stack's timeouts are shorter. */
const TIMEOUT_MS = 29_000

type Match = { key: string; function: FunctionName; pathParameters: Record<string, string> }

const TEMPLATES = Object.values(ROUTES).map((route: Route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}))

/** What is no route goes to `$default`, which the stack leads to the function `calls`. */
function matchRoute(method: string, path: string): Match {
  for (const { route, pattern } of TEMPLATES) {
    const found = route.method === method && pattern.exec(path)
    if (found) return { key: routeKey(route), function: route.function, pathParameters: { ...found.groups } }
  }
  return { key: '$default', function: 'calls', pathParameters: {} }
}

/** The path as AWS hands it on; `undefined` for one that cannot be decoded, which AWS refuses itself. */
function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path).split('?', 1)[0]
  } catch {
    return undefined
  }
}

function toEvent(request: IncomingMessage, path: string, query: string, match: Match, body: Buffer): APIGatewayProxyEventV2 {
  const headers = Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values = []]) => [name, values.join(',')]),
  )
  const isText = /^(text\/|application\/(.*\+)?(json|xml|javascript))/.test(headers['content-type'] ?? '')
  const method = request.method ?? 'GET'
  return {
    version: '2.0',
    routeKey: match.key,
    rawPath: path,
    rawQueryString: query,
    headers,
    pathParameters: match.pathParameters,
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers.host ?? '',
      domainPrefix: 'local',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: headers['user-agent'] ?? '' },
      requestId: randomBytes(11).toString('base64'),
      routeKey: match.key,
      stage: '$default',
      time: new Date().toUTCString(),
      timeEpoch: Date.now(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: !isText && body.length > 0,
  }
}

function contextOf(functionName: string, requestId: string): Context {
  const endsAt = Date.now() + TIMEOUT_MS
  return { functionName, awsRequestId: requestId, getRemainingTimeInMillis: () => endsAt - Date.now() } as Context
}

async function answer(functions: Functions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [rawPath = '', ...rest] = (request.url ?? '').split('?')
  const path = decodePath(rawPath)
  if (path === undefined) {
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"Bad Request"}')
    return
  }
  const match = matchRoute(request.method ?? '', path)
  const event = toEvent(request, path, rest.join('?'), match, await buffer(request))
  const {
    statusCode,
    headers = {},
    body,
  } = await functions[match.function](event, contextOf(match.function, event.requestContext.requestId))
  response.writeHead(statusCode ?? 200, headers as Record<string, string>).end(body)
}

export function createGateway(functions: Functions): Server {
  return createServer((request, response) => {
    answer(functions, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(502, { 'content-type': 'application/json' })
      response.end('{"message":"Internal Server Error"}')
    })
  })
}
