import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { expect, it, onTestFinished, vi } from 'vitest'
import { CONSOLE_FILES } from '../../client/assets.ts'
import type { CallRecord } from '../../client/call-record.ts'
import { pageFile } from '../../client/console/page.ts'
import { runBoth, runPns, settingsFor, stubRelay, type TestPns } from './harness.ts'
import { VOIP } from './keys.ts'
import { problem } from './stub-relay.ts'

const TOKEN = 'a-long-secret-of-ours'
const phone = { extension: '1001', platform: 'ios', token: VOIP, deviceId: 'phone-1' }
/** What a browser says of a request that the page itself makes. */
const fromPage = { 'sec-fetch-site': 'same-origin' }

/** What it says beside that of a change. */
const changing = ({ url }: TestPns) => ({ ...fromPage, origin: url })

/** fetch sends no Sec-Fetch-Site that it is given. */
async function pageAsks(pns: TestPns, path: string, headers: Record<string, string> = fromPage) {
  const [response] = (await once(get(new URL(path, pns.url), { headers }), 'response')) as [IncomingMessage]
  const text = (await response.toArray()).join('')
  return { status: response.statusCode, headers: response.headers, text }
}

/** The events that a page gets, as they come. */
async function listening(pns: TestPns) {
  const events: { event: string; calls: CallRecord[] }[] = []
  const [response] = (await once(get(new URL('/events', pns.url)), 'response')) as [IncomingMessage]
  onTestFinished(() => void response.destroy())
  let text = ''
  response.on('data', (chunk) => {
    text += chunk
    const messages = text.split('\n\n')
    text = messages.pop() ?? ''
    for (const message of messages) {
      const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/m.exec(message) ?? []
      if (event) events.push({ event, calls: JSON.parse(data) })
    }
  })
  const last = () => events.at(-1)?.calls[0]
  return { events, last, response }
}

it('a page hears of a call as it goes on: the newest ones at first, then each that changes', async () => {
  const { pns } = await runBoth()
  await pns.post('/register', phone)
  await pns.ask('/push_call?to=1001&from=1002&callId=before')
  const { events, last } = await listening(pns)
  await vi.waitFor(() => expect(events).toMatchObject([{ event: 'snapshot', calls: [{ callId: 'before' }] }]))
  await pns.ask('/push_call?to=1001&from=1002&name=Ada&callId=c')
  const pushed = { callId: 'c', to: '1001', from: { number: '1002', name: 'Ada' }, pushedMs: expect.any(Number) }
  await vi.waitFor(() => expect(last()).toMatchObject({ ...pushed, devices: [{ deviceId: 'phone-1', outcome: 'accepted' }] }))
  for (const path of ['/woke', '/invited', '/answered']) {
    await pns.post(path, { callId: 'c', extension: '1001', deviceId: 'phone-1' })
  }
  const steps = { woke: expect.any(Number), invited: expect.any(Number), answered: expect.any(Number) }
  await vi.waitFor(() => expect(last()?.devices).toMatchObject([{ deviceId: 'phone-1', platform: 'ios', steps }]))
  await pns.ask('/cancel_call?callId=c&reason=declined')
  await vi.waitFor(() => expect(last()?.cancelled).toEqual({ ms: expect.any(Number), reason: 'declined' }))
})

it('a call that is not pushed says why', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = () => ({ status: 500, body: {} })
  await pns.ask('/push_call?to=1001&from=1002&callId=c')
  const { calls } = (await pns.ask('/calls')).json()
  expect(calls).toMatchObject([{ callId: 'c', failed: { ms: expect.any(Number), code: 'relay_failed' }, devices: [] }])
})

it.each(['/invited', '/answered', '/woke'])('%s of a call that nobody asked for is refused', async (path) => {
  const { pns } = await runBoth()
  await pns.post('/register', phone)
  const reply = await pns.post(path, { callId: 'c', extension: '1001', deviceId: 'phone-1' })
  expect([reply.status, reply.json().code]).toEqual([404, 'call_not_found'])
})

it('a stop ends what pages listen to', async () => {
  const { pns } = await runBoth()
  const { response } = await listening(pns)
  const ended = once(response, 'end')
  await pns.close()
  await ended
})

it('only so many pages listen; one more is told so', async () => {
  const { pns } = await runBoth()
  for (let page = 0; page < 50; page++) await listening(pns)
  const reply = await pns.ask('/events')
  expect([reply.status, reply.json().code]).toEqual([503, 'too_many_viewers'])
})

it('older calls are there page by page', async () => {
  const { pns } = await runBoth()
  for (const callId of ['c1', 'c2', 'c3']) await pns.ask(`/push_call?to=1001&from=1&callId=${callId}`)
  const idsOf = async (query: string) => (await pns.ask(`/calls?${query}`)).json().calls.map(({ callId }: CallRecord) => callId)
  expect(await idsOf('limit=2')).toEqual(['c3', 'c2'])
  expect(await idsOf('limit=2&before=c2')).toEqual(['c1'])
  expect(await idsOf('before=unknown')).toEqual([])
})

it('the page has nothing from elsewhere, comes compressed, and once', async () => {
  const { pns } = await runBoth()
  const page = await pageAsks(pns, '/', { 'accept-encoding': 'gzip' })
  expect([page.status, page.headers['content-encoding']]).toEqual([200, 'gzip'])
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
  expect((await pageAsks(pns, '/', {})).text).toContain('<div id="app">')
  const again = await pageAsks(pns, '/', { 'if-none-match': page.headers.etag ?? '' })
  expect([again.status, again.text]).toEqual([304, ''])
  expect((await pageAsks(pns, '/console/app.js')).status).toBe(200)
  expect((await pageAsks(pns, '/console/..%2Fsettings.ts')).status).toBe(404)
})

it('the page is under 120 KB, compressed', () => {
  const sizes = CONSOLE_FILES.map((file) => pageFile(file)?.gzip.length ?? 0)
  expect(Math.min(...sizes)).toBeGreaterThan(0)
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(120_000)
})

it('the page looks, and changes only what the settings let it change', async () => {
  const { pns } = await runBoth()
  await pns.post('/register', phone)
  expect((await pageAsks(pns, '/devices')).status).toBe(200)
  const refused = await pageAsks(pns, '/delete?extension=1001&deviceId=phone-1', changing(pns))
  expect([refused.status, JSON.parse(refused.text).code]).toEqual([403, 'console_refused'])
  expect((await pns.ask('/devices')).json().devices).toHaveLength(1)
  expect((await pns.ask('/delete?extension=1001&deviceId=phone-1')).status).toBe(200)
})

it('with console = "full" it changes', async () => {
  const { pns } = await runBoth({ console: 'full' })
  await pns.post('/register', phone)
  expect((await pageAsks(pns, '/delete?extension=1001&deviceId=phone-1', changing(pns))).status).toBe(200)
})

it('with console = "off" there is no page, and programs are served', async () => {
  const { pns } = await runBoth({ console: 'off' })
  expect((await pageAsks(pns, '/')).status).toBe(403)
  expect((await pageAsks(pns, '/health')).status).toBe(403)
  expect((await pns.ask('/health')).status).toBe(200)
})

it('where there is a localToken the page signs in with it, and out', async () => {
  const { pns } = await runBoth({ localToken: TOKEN })
  expect((await pageAsks(pns, '/')).status).toBe(200)
  expect((await pageAsks(pns, '/health')).status).toBe(401)
  const signedIn = await pns.post('/sign_in', { token: TOKEN })
  const cookie = signedIn.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/)
  expect(cookie).not.toContain(TOKEN)
  const mine = { ...fromPage, cookie: cookie.split(';')[0] ?? '' }
  expect((await pageAsks(pns, '/health', mine)).status).toBe(200)
  expect((await pageAsks(pns, '/stop', mine)).status).toBe(403)
  expect((await pageAsks(pns, '/health', { ...mine, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await pageAsks(pns, '/health', { ...mine, origin: 'https://evil.example' })).status).toBe(403)
  expect((await pageAsks(pns, '/health', { ...mine, cookie: `${mine.cookie}x` })).status).toBe(401)
  expect((await pns.post('/sign_out', {})).headers.get('set-cookie')).toContain('Max-Age=0')
})

it('an image at another port of the same host changes nothing, though it has the cookie', async () => {
  const { pns } = await runBoth({ localToken: TOKEN, console: 'full' })
  const authorization = `Bearer ${TOKEN}`
  await pageAsks(pns, `/register?${new URLSearchParams(phone)}`, { authorization })
  const cookie = (await pns.post('/sign_in', { token: TOKEN })).headers.get('set-cookie')?.split(';')[0] ?? ''
  for (const path of ['/delete?extension=1001&deviceId=phone-1', '/stop']) {
    const reply = await pageAsks(pns, path, { cookie, host: '192.168.1.5:7460' })
    expect([reply.status, JSON.parse(reply.text).code]).toEqual([403, 'browser_refused'])
  }
  const own = { cookie, host: '192.168.1.5:7460', origin: 'http://192.168.1.5:7460' }
  expect((await pageAsks(pns, '/delete?extension=1001&deviceId=phone-1', own)).status).toBe(200)
})

it('a cookie is over after twelve hours, and of one PNS alone', async () => {
  const { pns } = await runBoth({ localToken: TOKEN })
  const cookie = (await pns.post('/sign_in', { token: TOKEN })).headers.get('set-cookie')?.split(';')[0] ?? ''
  const [name = '', until = '', signature = ''] = cookie.split(/[=.]/)
  expect(name).toBe('wakecall-hq')
  const left = Number(until) - Date.now() / 1000
  expect(left).toBeLessThanOrEqual(12 * 3600)
  expect(left).toBeGreaterThan(11 * 3600)
  const status = async (value: string) => (await pageAsks(pns, '/health', { ...fromPage, cookie: `${name}=${value}` })).status
  expect(await status(`${until}.${signature}`)).toBe(200)
  expect(await status(`${Number(until) + 3600}.${signature}`)).toBe(401)
  vi.useFakeTimers({ now: (Number(until) + 1) * 1000, toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  expect(await status(`${until}.${signature}`)).toBe(401)
})

it('who looks on with a token that was replaced hears no more', async () => {
  const relay = await stubRelay()
  const settings = settingsFor(relay.url)
  let fresh = settings
  const pns = await runPns(settings, () => fresh)
  const { response } = await listening(pns)
  let ended = false
  response.once('end', () => {
    ended = true
  })
  fresh = { ...settings, ringSeconds: 20 }
  await pns.post('/confreload', {})
  await pns.ask('/health')
  expect(ended).toBe(false)
  fresh = { ...settings, localToken: TOKEN }
  await pns.post('/confreload', {})
  await vi.waitFor(() => expect(ended).toBe(true))
})

it('a wrong token signs nobody in, and none does where there is none', async () => {
  const { pns } = await runBoth({ localToken: TOKEN })
  const wrong = await pns.post('/sign_in', { token: 'a-long-secret-of-others' })
  expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null])
  const { pns: open } = await runBoth()
  expect((await open.post('/sign_in', { token: '' })).status).toBe(401)
})

it('a test push rings one device alone', async () => {
  const { relay, pns } = await runBoth({ console: 'full' })
  await pns.post('/register', phone)
  await pns.post('/register', { ...phone, deviceId: 'phone-2', token: VOIP.replaceAll('a', 'b').replaceAll('1', '2') })
  await pns.post('/test_push', { extension: '1001', deviceId: 'phone-1' })
  expect(relay.to('POST', '/v1/calls')[0]?.body).toMatchObject({
    to: '1001',
    from: { number: 'anonymous' },
    ringSeconds: 5,
    awake: ['phone-2'],
  })
  const unknown = await pns.post('/test_push', { extension: '1001', deviceId: 'phone-3' })
  expect([unknown.status, unknown.json().code]).toEqual([404, 'device_not_found'])
})

it('what the relay refused is tried again, or dropped', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = () => problem('token_refused')
  await pns.post('/register', phone)
  const parked = async () => (await pns.ask('/devices?parked=true')).json().devices.length
  await vi.waitFor(async () => expect(await parked()).toBe(1), 10_000)
  expect((await pns.post('/retry_parked', {})).json()).toEqual({ retried: 1 })
  await vi.waitFor(async () => expect(await parked()).toBe(1), 10_000)
  expect((await pns.post('/drop_parked', { extension: '1001', deviceId: 'phone-2' })).status).toBe(404)
  expect((await pns.post('/drop_parked', { extension: '1001', deviceId: 'phone-1' })).status).toBe(200)
  expect(await parked()).toBe(0)
  expect((await pns.ask('/devices')).json().devices).toEqual([])
})

it('the doctor is asked of the program that has one', async () => {
  const { pns } = await runBoth()
  const reply = await pns.post('/doctor', {})
  expect([reply.status, reply.json().detail]).toEqual([404, expect.stringContaining('run wakecall doctor')])
})

it('a wake that is told again is counted once', async () => {
  const { pns } = await runBoth()
  await pns.post('/register', phone)
  await pns.ask('/push_call?to=1001&from=1&callId=c')
  for (let i = 0; i < 3; i++) await pns.post('/woke', { callId: 'c', extension: '1001', deviceId: 'phone-1' })
  expect((await pns.ask('/wake_times?hours=1')).json().buckets).toMatchObject([{ count: 1 }])
  const [{ wakes }] = (await pns.ask('/devices')).json().devices
  expect(wakes).toHaveLength(1)
})

it('a wake is counted, and remembered of its device', async () => {
  const { pns } = await runBoth()
  await pns.post('/register', phone)
  await pns.ask('/push_call?to=1001&from=1&callId=c')
  await pns.post('/woke', { callId: 'c', extension: '1001', deviceId: 'phone-1' })
  const { buckets } = (await pns.ask('/wake_times?hours=1')).json()
  expect(buckets).toEqual([{ platform: 'ios', fromMs: expect.any(Number), toMs: expect.any(Number), count: 1 }])
  const [{ wakes }] = (await pns.ask('/devices')).json().devices
  expect(wakes).toEqual([[expect.any(Number), expect.any(Number)]])
  expect((await pns.ask('/wake_times?hours=169')).status).toBe(400)
})
