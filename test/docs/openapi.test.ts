import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { OPENAPI_FILE, openapi, openapiText, problemsOf } from '../../docs/openapi.ts'
import { PROBLEMS } from '../../wire/problem.ts'
import { ROUTES, type Route } from '../../wire/routes.ts'

type Response = { description: string; headers?: object; content?: Record<string, { schema: object }> }
type Operation = {
  operationId: string
  security: object[]
  parameters: { name: string; in: string; required: boolean; description?: string }[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, Response>
}

const checkedIn = readFileSync(OPENAPI_FILE, 'utf8')
const document = parse(checkedIn) as ReturnType<typeof openapi> & { paths: Record<string, Record<string, Operation>> }

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ key: `${method.toUpperCase()} ${path}`, ...operation })),
)

const refsOf = (value: unknown): string[] =>
  value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, member]) => (key === '$ref' ? [String(member)] : refsOf(member)))
    : []

const resolve = (ref: string): unknown =>
  ref
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document)

test('docs/openapi.yaml is what `node docs/openapi.ts` writes', () => {
  expect(checkedIn).toBe(openapiText())
})

test('every route of the table is there, and no other', () => {
  const routes = Object.entries<Route>(ROUTES).map(([name, { method, path }]) => `${name}: ${method} ${path}`)
  expect(operations.map(({ operationId, key }) => `${operationId}: ${key}`).sort()).toEqual(routes.sort())
})

test('every $ref leads somewhere, and a wrong one would be seen', () => {
  const refs = new Set(refsOf(document))
  expect(refs.size).toBeGreaterThan(20)
  for (const ref of refs) expect(resolve(ref), ref).toBeTypeOf('object')
  expect(resolve('#/components/schemas/Nothing')).toBeUndefined()
})

describe.each(operations)('$operationId', ({ key, operationId, security, parameters, requestBody, responses }) => {
  const route: Route = ROUTES[operationId as keyof typeof ROUTES]

  test('has the parameters of its path, required and escaped', () => {
    const inPath = parameters.filter((parameter) => parameter.in === 'path')
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(key.match(/\{\w+\}/g) ?? [])
    for (const { required, description } of inPath)
      expect([required, description]).toEqual([true, expect.stringMatching(/escaped/)])
  })

  test('has body, query and answer where the table has them', () => {
    expect(requestBody !== undefined).toBe(route.body !== undefined)
    expect(parameters.some((parameter) => parameter.in === 'query')).toBe(route.query !== undefined)
    expect(responses[route.status]?.content !== undefined).toBe(route.answer !== undefined)
  })

  test('is signed where the table says so', () => {
    expect(security.length === 1).toBe(route.signed)
  })

  test('answers each of its problems as a problem document', () => {
    for (const code of problemsOf(route)) {
      const response = responses[PROBLEMS[code].status]
      expect(response?.description).toContain(`\`${code}\``)
      expect(Object.keys(response?.content ?? {})).toEqual(['application/problem+json'])
    }
  })

  test('tells quotas and when to repeat', () => {
    const names = (status: number) => Object.keys(responses[status]?.headers ?? {})
    if (responses[429]) expect(names(429)).toEqual(['RateLimit', 'RateLimit-Policy', 'Retry-After'])
    if (responses[503]) expect(names(503)).toEqual(['Retry-After'])
    expect(names(route.status)).toEqual(route.problems.includes('push_rate_exceeded') ? ['RateLimit', 'RateLimit-Policy'] : [])
  })
})

test('what JSON Schema cannot say is said in words', () => {
  const { Caller, Custom, AppleToken } = openapi().components.schemas as Record<string, object>
  expect(Custom).toMatchObject({ description: 'must be at most 1024 bytes of JSON' })
  expect(JSON.stringify(Caller)).toContain('must have 1 to 128 characters')
  expect(AppleToken).toMatchObject({ description: expect.stringContaining('stored in lower case') })
})
