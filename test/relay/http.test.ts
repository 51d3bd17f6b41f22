import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { pathOf } from '../../wire/routes.ts'
import { android } from './devices.ts'
import { expectProblem, openRelay, outcomes } from './harness.ts'
import { send, sendBytes } from './http.ts'

const { a, cloud } = await openRelay()
const url = cloud.relayUrl

const ask = (method: string, path: string, body = '') => send({ url, method, path, headers: {}, body: Buffer.from(body) })

describe('health', () => {
  test('needs no signature and tells version and time only', async () => {
    const before = Date.now()
    const { status, headers, json } = await ask('GET', '/v1/health')
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json')
    expect(Object.keys(json)).toEqual(['status', 'version', 'time'])
    expect(json).toMatchObject({ status: 'ok', version: manifest.version })
    expect(Date.parse(json.time)).toBeGreaterThanOrEqual(before)
  })

  test('takes no long body', async () => {
    expect((await ask('GET', '/v1/health', 'x'.repeat(16 * 1024))).status).toBe(200)
    expectProblem(await ask('GET', '/v1/health', 'x'.repeat(16 * 1024 + 1)), 'payload_too_large')
  })
})

describe('routes', () => {
  test.each([
    '/',
    '/v1',
    '/v2/calls',
    '/V1/calls',
    '/v1/calls/',
    '//v1/calls',
    '/v1//calls',
    '/v1/health/',
    '/v1/./health',
    '/v1/calls/../health',
    '/v1/calls/a/b',
    '/v1/calls/%2e%2e/health',
    '/v1/calls/a%2Fb',
    '/v1/extensions/1001',
    '/v1/extensions//devices/phone',
    '/__proto__',
    '/v1/calls%0d%0aX-Evil:%201',
    '/%00',
  ])('%s is none', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) expectProblem(await a.call(method, path), 'not_found')
  })

  test.each([
    ['/v1/health', ['GET']],
    ['/v1/calls', ['POST']],
    ['/v1/calls/x', ['DELETE', 'GET']],
    ['/v1/messages', ['POST']],
    ['/v1/wakes', ['POST']],
    ['/v1/extensions/1001/devices', ['GET']],
    ['/v1/extensions/1001/devices/phone', ['PUT', 'DELETE']],
  ])('%s takes %j only', async (path, methods) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].filter((method) => !methods.includes(method))) {
      const answer = await a.call(method, path)
      expectProblem(answer, 'method_not_allowed')
      expect(answer.headers.allow).toBe(methods.join(', '))
      expect(answer.json.allow).toEqual(methods)
    }
  })

  test('HEAD is no GET', async () => {
    const answer = await ask('HEAD', '/v1/health')
    expect([answer.status, answer.headers.allow, answer.text]).toEqual([405, 'GET', ''])
  })
})

describe('identifiers in paths', () => {
  test.each([
    'a84b4c76@pbx.example.com',
    'a/b',
    'a?b=c#d',
    '100%',
    '%2F',
    '..',
    '.',
    '~',
    '~40',
    '!"$&\'()*+,:;<=>[\\]^`{|}',
    '__proto__',
  ])('the call %s has a path, and finds its call', async (callId) => {
    await a.ring({ callId, to: '1999' })
    expect(pathOf('trace', { callId })).toMatch(/^\/v1\/calls\/[A-Za-z0-9._~-]+$/)
    expect((await a.trace(callId)).json).toMatchObject({ callId, to: '1999' })
    expect((await a.cancel(callId)).json).toMatchObject({ callId, known: true })
  })

  test.each(['*43#', '+44', 'a.b_c-d'])('the extension %s registers, rings and is listed', async (to) => {
    await a.register(to, 'urn:phone:1', android(`of-${to.replace(/\W/g, '')}`))
    expect((await a.list(to)).json.devices).toMatchObject([{ extension: to, deviceId: 'urn:phone:1' }])
    expect(outcomes(await a.ring({ callId: `to-${to}`, to }))).toEqual({ 'urn:phone:1': 'accepted' })
    expect((await a.remove(to, 'urn:phone:1', 2)).status).toBe(204)
  })

  /** What a path decodes to is what the relay sees, so that is what has to be signed to come as far as the parser. */
  test.each([
    ['%2e%2e', '..'],
    ['%2E', '.'],
    ['a%00b', 'a\u0000b'],
    ['a%40b', 'a@b'],
    ['a%2540b', 'a%40b'],
    ['a%7E40b%20', 'a~40b '],
    ['a%0d%0aX-Evil:%201', 'a\r\nX-Evil: 1'],
    ['%F0%9F%93%9E', '📞'],
    ['~zz', '~zz'],
    ['~2e', '~2e'],
    ['~2E~2E~2E', '~2E~2E~2E'],
    ['~4', '~4'],
    ['~00', '~00'],
    ['~0D~0AX-Evil', '~0D~0AX-Evil'],
    ['~7F', '~7F'],
    ['~20', '~20'],
    ['~61', '~61'],
    ['a~40b~', 'a~40b~'],
    ['x'.repeat(256), 'x'.repeat(256)],
  ])('%s is no identifier', async (segment, decoded) => {
    const answer = await a.call('GET', `/v1/calls/${segment}`, undefined, { signed: { path: `/v1/calls/${decoded}` } })
    expectProblem(answer, 'invalid_request')
    expect(answer.json.errors).toMatchObject([{ pointer: '/path/callId' }])
    expect(Object.keys(answer.headers)).not.toContain('x-evil')
  })

  test.each(['a%40b', 'a%2540b', '%61', 'a%3Fb'])('%s is refused if it was signed as it was sent', async (segment) => {
    expectProblem(await a.call('GET', `/v1/calls/${segment}`), 'signature_refused')
  })

  test.each(['%', '%zz', '%E0%A4', '%c0%ae'])('%s cannot be decoded: the gateway refuses it', async (segment) => {
    const answer = await a.call('GET', `/v1/calls/${segment}`)
    expect([answer.status, answer.json]).toEqual([400, { message: 'Bad Request' }])
  })

  test('an extension or a device that none can be is refused', async () => {
    for (const path of ['1001~40/devices/phone', `${'1'.repeat(65)}/devices/phone`, '1001/devices/a~2Fb', '1001/devices/~23']) {
      expectProblem(await a.call('PUT', `/v1/extensions/${path}`, android('nobody')), 'invalid_request')
    }
  })
})

describe('raw bytes', () => {
  const host = new URL(url).host
  const raw = (...lines: string[]) => sendBytes(url, [...lines, '', ''].join('\r\n'))

  test('a header smuggled in by CR LF is a header like any other: a second Signature, and refused', async () => {
    const answer = await raw(
      'GET /v1/calls/x HTTP/1.1',
      `Host: ${host}`,
      'X-Name: a\r\nSignature: b',
      'Signature: c',
      'Connection: close',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 401 .*"code":"signature_refused"/s)
  })

  test.each([
    ['a bare CR in a value', ['X-Name: a\rSignature: b']],
    ['a bare LF in a value', ['X-Name: a\nnonsense']],
    ['NUL in a value', ['X-Name: a\u0000b']],
    ['a space in a name', ['X Name: a']],
    ['a space before the colon', ['Signature : a']],
    ['a header without a name', [': a']],
    ['two lengths', ['Content-Length: 1', 'Content-Length: 2']],
    ['a length and chunks', ['Content-Length: 1', 'Transfer-Encoding: chunked']],
    ['a length that is none', ['Content-Length: -1']],
    ['two Hosts', ['Host: evil.example.com']],
  ])('%s never gets a 5xx or a 2xx', async (_, headers) => {
    const answer = await raw('POST /v1/calls HTTP/1.1', `Host: ${host}`, 'Connection: close', ...headers)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).not.toMatch(/\.[jt]s:\d|node:|\bat /)
  })

  test.each([
    ['CR LF in the path', 'GET /v1/calls/x%0d%0aSet-Cookie:%20a=1 HTTP/1.1'],
    ['CR LF in the query', 'DELETE /v1/calls/x?reason=%0d%0aSet-Cookie:%20a=1 HTTP/1.1'],
    ['a whole address as the target', 'GET http://evil.example.com/v1/health HTTP/1.1'],
    ['no path at all', 'GET * HTTP/1.1'],
    ['a method of its own', 'RING /v1/calls HTTP/1.1'],
    ['another protocol', 'GET /v1/health HTTP/9.9'],
    ['no HTTP', '\u0016\u0003\u0001\u0002\u0000'],
  ])('%s: refused, and no header comes of it', async (_, line) => {
    const answer = await raw(line, `Host: ${host}`, 'Connection: close')
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).not.toMatch(/^set-cookie/im)
  })

  test('well-formed bytes are answered', async () => {
    const answer = await raw('GET /v1/health HTTP/1.1', `Host: ${host}`, 'Connection: close')
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*"status":"ok"/s)
  })
})
