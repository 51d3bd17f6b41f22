import { describe, expect, test } from 'vitest'
import { FUNCTIONS, idsOf, methodsOf, pathOf, ROUTES, type Route, type RouteName, routeKey } from '../../wire/routes.ts'

const routes = Object.entries(ROUTES) as [RouteName, Route][]

describe.each(routes)('%s', (name, route) => {
  const placeholders = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, param]) => param)

  test('has a schema for each identifier of its path, and for no other', () => {
    expect(Object.keys(route.params)).toEqual(placeholders)
  })

  test('has an answer unless it answers 204', () => {
    expect(route.answer === undefined).toBe(route.status === 204)
  })

  test('has a body only where HTTP gives one a meaning', () => {
    if (route.body) expect(['PUT', 'POST']).toContain(route.method)
  })

  test('leads to a function that exists', () => {
    expect(FUNCTIONS).toContain(route.function)
  })

  test('its path has its method, and comes back in identifiers', () => {
    const ids = Object.fromEntries(Object.keys(route.params).map((param) => [param, `a/${param}@*`]))
    const path = pathOf(name, ids)
    expect(methodsOf(path)).toContain(route.method)
    const template = route.path.split('/')
    const segments = path.split('/')
    const found = template.flatMap((part, i) => (part.startsWith('{') ? [[part.slice(1, -1), segments[i]]] : []))
    expect(idsOf(Object.fromEntries(found))).toEqual(ids)
  })
})

test('every route has a key of its own', () => {
  const keys = routes.map(([, route]) => routeKey(route))
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys).toContain('POST /v1/calls')
})

describe('pathOf', () => {
  test('escapes what it fills in', () => {
    expect(pathOf('register', { extension: '*43#', deviceId: 'a:b' })).toBe('/v1/extensions/~2A43~23/devices/a~3Ab')
    expect(pathOf('cancel', { callId: '$&' })).toBe('/v1/calls/~24~26')
  })

  test('an identifier cannot leave its segment', () => {
    expect(pathOf('trace', { callId: '../health' })).toBe('/v1/calls/..~2Fhealth')
    expect(pathOf('trace', { callId: '..' })).toBe('/v1/calls/~2E~2E')
  })
})

describe('methodsOf', () => {
  test.each([
    ['/v1/calls', ['POST']],
    ['/v1/calls/a', ['DELETE', 'GET']],
    ['/v1/extensions/1001/devices', ['GET']],
    ['/v1/extensions/1001/devices/d1', ['PUT', 'DELETE']],
    ['/v1/enrolments', ['POST']],
    ['/v1/keys', ['GET', 'POST']],
    ['/v1/keys/k1', ['DELETE']],
    ['/v1/health', ['GET']],
  ])('%s: %s', (path, methods) => {
    expect(methodsOf(path)).toEqual(methods)
  })

  test.each([
    '',
    '/',
    '/v1',
    '/v1/calls/',
    '/v1/calls/a/b',
    '/v1/Calls',
    '/v2/calls',
    'x/v1/calls',
    '/v1/calls?x',
    '/v1/healthz',
    '/v1/extensions//devices',
    '/v1/calls\n',
  ])('no route: "%s"', (path) => {
    expect(methodsOf(path)).toEqual([])
  })
})

describe('idsOf', () => {
  test('gives identifiers unescaped', () => {
    expect(idsOf({ callId: 'a84b~40host' })).toEqual({ callId: 'a84b@host' })
  })

  test.each(['a@b', '~40~', '~2f', '..', 'a/b'])('not for a segment that is not well escaped: %s', (segment) => {
    expect(idsOf({ callId: segment })).toEqual({ callId: undefined })
  })

  test('nothing for an identifier that is not there', () => {
    expect(idsOf({ callId: undefined })).toEqual({ callId: undefined })
  })
})
