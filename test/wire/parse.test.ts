import { describe, expect, test } from 'vitest'
import { RingRequest } from '../../wire/calls.ts'
import { DeviceRequest, RemoveQuery } from '../../wire/devices.ts'
import { parse, parseJson } from '../../wire/parse.ts'
import { Problem } from '../../wire/problem.ts'

function errorsOf(run: () => unknown) {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, detail: error.message, errors: error.extras.errors ?? [] }
    throw error
  }
  throw new Error('nothing was thrown')
}

const RING = { callId: 'a84b@host', to: '1001', from: { number: '1002' } }

describe('parse', () => {
  test('fills in defaults', () => {
    expect(parse(RingRequest, RING)).toEqual({ ...RING, ringSeconds: 30, elapsedMs: 0 })
  })

  test('lists every error, with its place', () => {
    const { code, detail, errors } = errorsOf(() => parse(RingRequest, { to: 'a b', from: { number: 1 }, ringSeconds: 4 }))
    expect(code).toBe('invalid_request')
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/callId', '/to', '/from/number', '/ringSeconds'])
    expect(detail).toMatch(/^\/callId: /)
  })

  test('places of a query start at /query', () => {
    expect(parse(RemoveQuery, { version: '1790000000000' }, '/query')).toEqual({ version: 1790000000000 })
    const { errors } = errorsOf(() => parse(RemoveQuery, { version: '1.5' }, '/query'))
    expect(errors).toEqual([{ pointer: '/query/version', message: 'must be a whole number' }])
  })

  test('an unknown member is refused, its name escaped in the pointer (RFC 6901, 3)', () => {
    const { errors } = errorsOf(() => parse(RingRequest, { ...RING, 'a/b~c': 1 }))
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/a~1b~0c'])
  })

  test('a body that is no object is an error of the body', () => {
    const { detail, errors } = errorsOf(() => parse(RingRequest, 'text'))
    expect(detail).toBe('The body: must be Object')
    expect(errors).toEqual([{ pointer: '', message: 'must be Object' }])
  })

  test('a token that is refused is not repeated', () => {
    const token = 'not-hexadecimal-0123456789'
    const request = { platform: 'ios', app: 'a', tokens: { voip: token }, version: 1 }
    expect(JSON.stringify(errorsOf(() => parse(DeviceRequest, request)))).not.toContain(token)
  })
})

describe('parseJson', () => {
  test('JSON comes back', () => {
    expect(parseJson('{"to":"1001"}')).toEqual({ to: '1001' })
  })

  test('__proto__ stays data, and becomes no prototype', () => {
    const body = parseJson('{"__proto__":{"admin":true}}') as Record<string, unknown>
    expect(Object.hasOwn(body, '__proto__')).toBe(true)
    expect(body.admin).toBeUndefined()
    expect(Object.getPrototypeOf(parse(RingRequest, RING))).toBe(Object.prototype)
  })

  test.each(['', '{', '{"token":"0123456789', "{'a':1}", 'undefined', '{"a":0123456789}'])('refused: %s', (text) => {
    const { code, detail } = errorsOf(() => parseJson(text))
    expect(code).toBe('invalid_json')
    expect(detail).not.toContain('0123456789')
  })
})
