/** `node docs/openapi.ts` writes docs/openapi.yaml: OpenAPI 3.1 made from the route table and its schemas. */
import { writeFileSync } from 'node:fs'
import { type ConversionConfig, type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { stringify } from 'yaml'
import * as calls from '../wire/calls.ts'
import * as delivery from '../wire/delivery.ts'
import * as devices from '../wire/devices.ts'
import * as fields from '../wire/fields.ts'
import * as health from '../wire/health.ts'
import * as keys from '../wire/keys.ts'
import * as messages from '../wire/messages.ts'
import { PROBLEM_TYPE, PROBLEMS, type ProblemCode } from '../wire/problem.ts'
import { ROUTES, type Route } from '../wire/routes.ts'
import * as trace from '../wire/trace.ts'
import * as wakes from '../wire/wakes.ts'
import { HEADERS, INFO, PROBLEM_SCHEMAS, SECURITY } from './openapi-parts.ts'

type Schema = v.GenericSchema<unknown, unknown>

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema'

const routes = Object.entries<Route>(ROUTES)
const queries = new Set<unknown>(routes.map(([, { query }]) => query))

/** Every schema that `wire/` exports, once, under its first name; those of queries become parameters. */
const SCHEMAS: Record<string, Schema> = Object.fromEntries(
  Object.entries<unknown>({ ...fields, ...calls, ...delivery, ...devices, ...health, ...keys, ...messages, ...trace, ...wakes })
    .filter((entry): entry is [string, Schema] => isSchema(entry[1]) && !queries.has(entry[1]))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, schema], i, all) => all.findIndex(([, other]) => other === schema) === i),
)

/** What JSON Schema has no word for (the checks) is described in words; what is not known here is an error, not dropped. */
const CONVERSION: ConversionConfig = {
  target: 'draft-2020-12',
  typeMode: 'input',
  errorMode: 'throw',
  definitions: SCHEMAS,
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  // The one schema of our own: a JSON object.
  overrideSchema: ({ valibotSchema }) => (valibotSchema.type === 'custom' ? { type: 'object' } : undefined),
  overrideAction: ({ valibotAction, jsonSchema, errors }) => {
    const words = wordsFor(valibotAction)
    if (!words || (errors && !WORDED.has(valibotAction.type))) return undefined
    return { ...jsonSchema, description: [jsonSchema.description, words].filter(Boolean).join('; ') }
  },
}

const WORDED = new Set(['check', 'to_lower_case'])

function wordsFor(action: object): string | undefined {
  if ('type' in action && action.type === 'to_lower_case') return 'stored in lower case'
  return 'message' in action && typeof action.message === 'string' ? action.message : undefined
}

function convert(schema: Schema): JsonSchema {
  const { $schema, $defs, ...jsonSchema } = toJsonSchema(schema, CONVERSION)
  return jsonSchema
}

const json = (schema: Schema) => ({ 'application/json': { schema: convert(schema) } })

/** The problems of a route: its own, and those that follow from its being signed, having a body or taking parameters. */
export function problemsOf({ signed, body, query, params, problems }: Route): ProblemCode[] {
  const hasInput = body !== undefined || query !== undefined || Object.keys(params).length > 0
  return [
    ...(body ? (['invalid_json', 'payload_too_large', 'unsupported_media_type'] as const) : []),
    ...(hasInput ? (['invalid_request'] as const) : []),
    ...(signed ? (['signature_refused'] as const) : []),
    ...(signed || body ? (['unavailable'] as const) : []),
    ...problems,
    'internal',
  ]
}

const ref = (kind: 'headers' | 'schemas', name: string) => ({ $ref: `#/components/${kind}/${name}` })

function headersOf(route: Route, status: number) {
  const limited = status === 429 || (status === route.status && route.problems.includes('push_rate_exceeded'))
  const names = [
    ...(limited ? ['RateLimit', 'RateLimit-Policy'] : []),
    ...(status === 429 || status === 503 ? ['Retry-After'] : []),
  ]
  return names.length > 0 ? { headers: Object.fromEntries(names.map((name) => [name, ref('headers', name)])) } : {}
}

function problemResponse(route: Route, status: number, codes: ProblemCode[]) {
  const schema = { allOf: [ref('schemas', 'Problem'), { properties: { code: { enum: codes } } }] }
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    ...headersOf(route, status),
    content: { [PROBLEM_TYPE]: { schema } },
  }
}

function responsesOf(route: Route) {
  const byStatus = Object.groupBy(problemsOf(route), (code) => PROBLEMS[code].status)
  const success = {
    description: route.summary,
    ...headersOf(route, route.status),
    ...(route.answer ? { content: json(route.answer) } : {}),
  }
  const problems = Object.entries(byStatus).map(([status, codes = []]) => [status, problemResponse(route, Number(status), codes)])
  return { [route.status]: success, ...Object.fromEntries(problems) }
}

function parametersOf({ params, query }: Route) {
  const inPath = Object.entries(params).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    description: `\`${convert(schema).$ref?.split('/').at(-1)}\`, escaped`,
    schema: ref('schemas', 'EscapedId'),
  }))
  const { properties = {}, required = [] } = query ? convert(query) : {}
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
  return [...inPath, ...inQuery]
}

const operation = (name: string, route: Route) => ({
  operationId: name,
  summary: route.summary,
  tags: [route.function],
  security: route.signed ? [{ Signature: [] }] : [],
  parameters: parametersOf(route),
  ...(route.body ? { requestBody: { required: true, content: json(route.body) } } : {}),
  responses: responsesOf(route),
})

/** The OpenAPI document. */
export function openapi() {
  const paths: Record<string, Record<string, object>> = {}
  for (const [name, route] of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(name, route) }
  }
  return {
    openapi: '3.1.0',
    info: INFO,
    paths,
    components: {
      securitySchemes: SECURITY,
      headers: HEADERS,
      schemas: { ...toJsonSchemaDefs(SCHEMAS, CONVERSION), ...PROBLEM_SCHEMAS },
    },
  }
}

export const OPENAPI_FILE = new URL('openapi.yaml', import.meta.url)

export const openapiText = (): string => stringify(openapi(), { lineWidth: 0, aliasDuplicateObjects: false })

if (import.meta.main) writeFileSync(OPENAPI_FILE, openapiText())
