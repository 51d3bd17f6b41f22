import { expect, it, vi } from 'vitest'
import { runBoth, type TestPns } from './harness.ts'
import { ALERT, FCM, VOIP } from './keys.ts'

const iphone = { extension: '1001', platform: 'ios', token: VOIP, alertToken: ALERT, deviceId: 'phone-1' }
const android = { extension: '1001', platform: 'android', token: FCM }
const devicesOf = async (pns: TestPns) => (await pns.ask('/devices?extension=1001')).json().devices
const confirmed = (pns: TestPns) =>
  vi.waitFor(async () => {
    for (const device of await devicesOf(pns)) expect(device.confirmed).toBe(true)
  }, 5000)

it('/register stores a device and brings it to the relay', async () => {
  const { relay, pns } = await runBoth()
  const reply = await pns.post('/register', { ...iphone, token: VOIP.toUpperCase() })
  expect(reply.json()).toMatchObject({ extension: '1001', deviceId: 'phone-1', app: 'com.example.phone', confirmed: false })
  await confirmed(pns)
  expect(relay.received[0]).toMatchObject({
    method: 'PUT',
    path: '/v1/extensions/1001/devices/phone-1',
    body: { platform: 'ios', app: 'com.example.phone', tokens: { voip: VOIP, alert: ALERT } },
  })
})

it('/register takes form and query, and gives a stable deviceId', async () => {
  const { pns } = await runBoth()
  const query = new URLSearchParams({ ...android, app: 'other' })
  const ids = [
    (await pns.post('/register', { ...android, app: 'other' })).json().deviceId,
    (await pns.ask('/register', { method: 'POST', body: query })).json().deviceId,
    (await pns.ask(`/register?${query}`)).json().deviceId,
  ]
  expect(new Set(ids).size).toBe(1)
  expect(await devicesOf(pns)).toMatchObject([{ app: 'other', platform: 'android', token: `…${FCM.slice(-6)}` }])
})

it('one token is one device of an extension, whatever its id', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', android)
  await pns.post('/register', { ...android, deviceId: 'chosen' })
  await pns.post('/register', android)
  expect(await devicesOf(pns)).toMatchObject([{ deviceId: 'chosen' }])
  await vi.waitFor(() => expect(relay.to('DELETE', '/v1/extensions')).toHaveLength(1), 5000)
})

it.each([
  [{ platform: 'ios', token: VOIP }, 'missing_parameter', 'extension'],
  [{ ...android, token: 'short' }, 'invalid_request', 'token'],
  [{ ...iphone, token: FCM }, 'invalid_request', 'token'],
  [{ ...android, alertToken: ALERT }, 'invalid_request', 'alertToken'],
  [{ ...android, platform: 'symbian' }, 'invalid_request', 'platform'],
])('/register refuses %j', async (params, code, name) => {
  const { pns } = await runBoth()
  const reply = await pns.post('/register', params)
  expect([reply.status, reply.json().code, reply.json().errors[0].pointer]).toEqual([400, code, `/${name}`])
  expect(reply.text).not.toContain(FCM)
})

it('/register needs an app where the settings have no default', async () => {
  const { pns } = await runBoth({ defaultApp: undefined })
  expect((await pns.post('/register', android)).json()).toMatchObject({ code: 'missing_parameter' })
})

it('/update replaces a token, and the same again changes nothing', async () => {
  const { relay, pns } = await runBoth()
  const { deviceId } = (await pns.post('/register', android)).json()
  await confirmed(pns)
  const newToken = `${FCM}-new`
  const first = await pns.post('/update', { oldToken: FCM, newToken })
  const second = await pns.post('/update', { oldToken: FCM, newToken })
  expect(first.json()).toEqual({ updated: [{ extension: '1001', deviceId }] })
  expect(second.json()).toEqual(first.json())
  await confirmed(pns)
  expect(relay.received.map(({ body }) => body.tokens)).toEqual([{ fcm: FCM }, { fcm: newToken }])
})

it('/update replaces the alert token of an iPhone and leaves the other', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', iphone)
  await confirmed(pns)
  const newToken = 'ff'.repeat(32)
  await pns.post('/update', { oldToken: ALERT.toUpperCase(), newToken })
  await confirmed(pns)
  expect(relay.received.at(-1)?.body.tokens).toEqual({ voip: VOIP, alert: newToken })
})

it('/update to a token that stands on the extension already leaves one device of it', async () => {
  const { pns } = await runBoth()
  await pns.post('/register', { ...android, deviceId: 'before' })
  await pns.post('/register', { ...android, token: `${FCM}-new`, deviceId: 'after' })
  await pns.post('/update', { oldToken: FCM, newToken: `${FCM}-new` })
  expect(await devicesOf(pns)).toMatchObject([{ deviceId: 'before' }])
})

it('/update refuses an unknown token, and one of the wrong kind', async () => {
  const { pns } = await runBoth()
  await pns.post('/register', iphone)
  const unknown = await pns.post('/update', { oldToken: FCM, newToken: `${FCM}x` })
  const wrongKind = await pns.post('/update', { oldToken: VOIP, newToken: FCM })
  expect([unknown.status, unknown.json().code]).toEqual([404, 'device_not_found'])
  expect([wrongKind.status, wrongKind.json().code]).toEqual([400, 'invalid_request'])
})

it.each([{ token: VOIP }, { extension: '1001', deviceId: 'phone-1' }])(
  '/delete removes by %j, twice is once',
  async (selection) => {
    const { relay, pns } = await runBoth()
    await pns.post('/register', iphone)
    await confirmed(pns)
    expect((await pns.post('/delete', selection)).json().removed).toEqual([{ extension: '1001', deviceId: 'phone-1' }])
    expect((await pns.post('/delete', selection)).json().removed).toEqual([])
    await vi.waitFor(() => expect(relay.to('DELETE', '/v1/extensions/1001/devices/phone-1')).toHaveLength(1), 5000)
    await vi.waitFor(async () => expect((await pns.ask('/health')).json().outbox.waiting).toBe(0), 5000)
  },
)

it('/delete refuses half a selection', async () => {
  const { pns } = await runBoth()
  expect((await pns.post('/delete', { extension: '1001' })).json().code).toMatch(/invalid_request|missing_parameter/)
})

it('/devices lists without tokens', async () => {
  const { pns } = await runBoth()
  await pns.post('/register', iphone)
  await pns.post('/register', { ...iphone, extension: '1002' })
  const all = await pns.ask('/devices')
  expect(all.json().devices).toHaveLength(2)
  expect(all.text).not.toContain(VOIP)
  expect(await devicesOf(pns)).toMatchObject([{ extension: '1001', alertToken: `…${ALERT.slice(-6)}` }])
})

it('/devices refuses what is no extension', async () => {
  const { pns } = await runBoth()
  expect((await pns.ask('/devices?extension=%2F')).status).toBe(400)
})

it('/devices finds the first that fit, and says how many do', async () => {
  const { pns } = await runBoth()
  const add = (extension: string, deviceId: string) =>
    pns.post('/register', { extension, platform: 'ios', token: deviceId.padEnd(64, '0').replace(/[^0-9a-f]/g, 'f'), deviceId })
  await Promise.all([add('1001', 'Ada-phone'), add('1002', 'bob-phone'), add('1003', 'ada-tablet')])
  const found = async (query: string) => {
    const { found, devices } = (await pns.ask(`/devices?${query}`)).json()
    return [found, ...devices.map(({ deviceId }: { deviceId: string }) => deviceId)]
  }
  expect(await found('limit=2')).toEqual([3, 'Ada-phone', 'bob-phone'])
  expect(await found('limit=9&search=ADA')).toEqual([2, 'Ada-phone', 'ada-tablet'])
  expect(await found('limit=9&search=1002')).toEqual([1, 'bob-phone'])
  expect(await found('limit=9&search=%25')).toEqual([0])
  await pns.post('/delete', { extension: '1001', deviceId: 'Ada-phone' })
  expect(await found('limit=9&search=ada')).toEqual([1, 'ada-tablet'])
})

it.each(['limit=0', 'limit=1001', 'limit=x', 'search=ada', 'limit=5&extension=1001'])('/devices refuses %s', async (query) => {
  const { pns } = await runBoth()
  const reply = await pns.ask(`/devices?${query}`)
  expect([reply.status, reply.json().code]).toEqual([400, 'invalid_request'])
})
