/** What the server before the PNS passes on, over real sockets. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { pass } from '../../local/demo/stage/pass.ts'
import { listen } from '../../local/listen.ts'

const dir = mkdtempSync(join(tmpdir(), 'wakecall-pass-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** The address of a server that passes all to one on a Unix socket. */
async function before(behind: RequestListener): Promise<string> {
  const socket = join(dir, `${performance.now()}.sock`)
  const server = createServer(behind).listen(socket)
  await once(server, 'listening')
  const front = await listen(createServer((asked, answer) => pass(asked, answer, socket)))
  onTestFinished(async () => {
    await front.close()
    server.closeAllConnections()
    server.close()
  })
  return front.url
}

test('method, path, headers and body go there, status, headers and body come back', async () => {
  const url = await before(async (asked, answer) => {
    const { method, url: path, headers } = asked
    answer.writeHead(418, { 'x-one': ['a', 'b'], 'content-type': 'application/json' })
    answer.end(JSON.stringify({ method, path, host: headers.host, given: headers['x-given'], body: await text(asked) }))
  })
  const response = await fetch(`${url}/a%20b?c=%2B&d`, { method: 'PUT', headers: { 'x-given': '1, 2' }, body: 'über' })
  expect([response.status, response.headers.get('x-one')]).toEqual([418, 'a, b'])
  expect(await response.json()).toEqual({
    method: 'PUT',
    path: '/a%20b?c=%2B&d',
    host: new URL(url).host,
    given: '1, 2',
    body: 'über',
  })
})

test('an answer is passed as it comes, and who goes is gone for both', async () => {
  const gone = Promise.withResolvers<void>()
  const url = await before((_, answer) => {
    answer.write('one')
    answer.once('close', gone.resolve)
  })
  const asked = request(url).end()
  const [answer] = await once(asked, 'response')
  expect(String((await once(answer, 'data'))[0])).toBe('one')
  asked.destroy()
  await gone.promise
})

test('who goes before there is an answer is gone for both', async () => {
  const [came, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const url = await before((_, answer) => {
    answer.once('close', gone.resolve)
    came.resolve()
  })
  const asked = request(url)
    .on('error', () => {})
    .end()
  await came.promise
  asked.destroy()
  await gone.promise
})

test('an answer that breaks off breaks off', async () => {
  const url = await before((_, answer) => {
    answer.write('one', () => answer.destroy())
  })
  const response = await fetch(url)
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow()
})

test('a connection serves many, though the one behind it is closed; who asks by HTTP/1.0 gets no chunks', async () => {
  const url = await before((_, answer) => void answer.writeHead(200, { connection: 'close' }).write('whole', () => answer.end()))
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(String((await once(socket, 'data'))[0])).toMatch(/connection: keep-alive/i)
  socket.write('GET / HTTP/1.0\r\nHost: a\r\n\r\n')
  expect((await text(socket)).split('\r\n\r\n').at(-1)).toBe('whole')
})

test('where nobody listens it is 502, and says what to do', async () => {
  const front = await listen(createServer((asked, answer) => pass(asked, answer, join(dir, 'nobody.sock'))))
  const response = await fetch(front.url, { method: 'POST', body: 'x' })
  expect([response.status, response.headers.get('content-type')]).toEqual([502, 'application/problem+json'])
  expect(await response.json()).toMatchObject({ code: 'pns_away', detail: expect.stringContaining('start it again') })
  await front.close()
})
