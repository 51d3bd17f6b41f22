/** The virtual phones of `npm start`, as its page asks for them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Trace } from '../../client/timeline.ts'
import { type Demo, startDemo } from '../../local/demo/demo.ts'
import type { Shown, ShownPhone } from '../../local/demo/stage/shown.ts'
import { eventsOf } from './server-sent-events.ts'

const dir = mkdtempSync(join(tmpdir(), 'wakecall-stage-'))
const start = () => startDemo({ relayPort: 0, pnsPort: 0, dir, persistent: true })
const PATIENT = { timeout: 10_000, interval: 20 }

let demo: Demo
beforeAll(async () => {
  demo = await start()
})
afterAll(async () => {
  await demo?.close()
  rmSync(dir, { recursive: true, force: true })
})

const get = async <T>(path: string): Promise<T> => (await fetch(`${demo.pnsUrl}${path}`)).json() as T

async function post(path: string, body: unknown) {
  const response = await fetch(`${demo.pnsUrl}${path}`, { method: 'POST', body: JSON.stringify(body) })
  const answer = (await response.json()) as { status: number; code: string; detail: string }
  return { status: response.status, type: response.headers.get('content-type'), answer }
}

/** Does what must work. */
async function does(path: string, body: object): Promise<void> {
  expect(await post(path, body)).toMatchObject({ status: 200 })
}

/** The problem that it is answered with. */
async function refused(path: string, body: unknown) {
  const { status, type, answer } = await post(path, body)
  expect({ type, status }).toEqual({ type: 'application/problem+json', status: answer.status })
  return answer
}

const phone = async (name: string): Promise<ShownPhone | undefined> =>
  (await get<Shown>('/phones')).phones.find((one) => one.name === name)
const stateOf = async (name: string) => (await phone(name))?.state
const stands = (name: string, state: string) => expect.poll(() => stateOf(name), PATIENT).toBe(state)

const push = (to: string, callId: string) =>
  get<object>(`/push_call?${new URLSearchParams({ to, callId, from: '+12125550123', name: 'Grace Hopper' })}`)
const stepsOf = async (callId: string, name: string) =>
  (await get<Trace>(`/calls/${callId}`)).seen?.devices.find(({ deviceId }) => deviceId === name)?.steps ?? {}
const devicesOf = async (extension: string) =>
  (await get<{ devices: { deviceId: string; confirmed: boolean; token: string }[] }>(`/devices?extension=${extension}`)).devices

/** A phone of an extension of its own, which the relay knows. */
async function add(name: string, extension: string, fate = 'accept', platform = 'android'): Promise<void> {
  await does('/phones/add', { name, extension, platform, fate })
  await expect
    .poll(() => devicesOf(extension), PATIENT)
    .toContainEqual(expect.objectContaining({ deviceId: name, confirmed: true }))
}

test('two phones are there from the start, locked, with the fates that they can have', async () => {
  const { phones, fates, away } = await get<Shown>('/phones')
  expect(phones).toEqual([
    { name: 'iphone', extension: '1001', platform: 'ios', fate: 'accept', state: 'locked', sights: [] },
    { name: 'android', extension: '1001', platform: 'android', fate: 'accept', state: 'locked', sights: [] },
  ])
  expect(fates).toContain('never_wakes')
  expect(away).toEqual({ relay: false, dynamodb: false, sns: false })
})

test('all else is the PNS, its events too', async () => {
  expect(await get('/health')).toMatchObject({ ready: true })
  expect((await fetch(`${demo.pnsUrl}/console`)).headers.get('wakecall-phones')).toBe('/phones')
  expect((await fetch(`${demo.pnsUrl}/phonesbook`)).status).toBe(404)
  const events = await eventsOf(`${demo.pnsUrl}/events`)
  expect(await events.next('snapshot')).toEqual([])
  await push('1999', 'passed-1')
  expect(await events.next('calls')).toMatchObject([{ callId: 'passed-1' }])
  events.close()
})

describe('a web page', () => {
  const asked = async (path: string, headers: Record<string, string>) =>
    (await fetch(`${demo.pnsUrl}${path}`, { headers })).status
  test.for(['/phones', '/devices'])('of its own may ask for %s, a foreign one may not', async (path) => {
    expect(await asked(path, { origin: demo.pnsUrl, 'sec-fetch-site': 'same-origin' })).toBe(200)
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect(await asked(path, headers as Record<string, string>), JSON.stringify(headers)).toBe(403)
    }
  })
})

describe('a ringing phone', () => {
  test('shows who calls, answers, and hangs up; the other one is cancelled, and the PNS hears of it', async () => {
    await push('1001', 'ring-1')
    await stands('iphone', 'ringing')
    await stands('android', 'ringing')
    const { call, sights } = (await phone('android')) ?? {}
    expect(call).toMatchObject({ callId: 'ring-1', from: { number: '+12125550123', name: 'Grace Hopper' } })
    expect(sights?.map(({ kind }) => kind)).toEqual(['ringing', 'waking', 'push'])
    await expect.poll(() => stepsOf('ring-1', 'android'), PATIENT).toHaveProperty('invited')

    await does('/phones/answer', { name: 'android' })
    expect(await stateOf('android')).toBe('talking')
    await stands('iphone', 'cancelled')
    expect(await stepsOf('ring-1', 'android')).toHaveProperty('answered')
    expect(await stepsOf('ring-1', 'iphone')).not.toHaveProperty('answered')
    expect(await get('/calls/ring-1')).toMatchObject({ seen: { cancelled: { reason: 'answered_elsewhere' } } })

    await does('/phones/hang_up', { name: 'android' })
    expect(await stateOf('android')).toBe('locked')
  })

  test('declines alone; the caller gives up, and the other one rings no more', async () => {
    await push('1001', 'ring-2')
    await stands('iphone', 'ringing')
    await stands('android', 'ringing')
    await does('/phones/decline', { name: 'iphone' })
    expect([await stateOf('iphone'), await stateOf('android')]).toEqual(['locked', 'ringing'])
    await get('/cancel_call?callId=ring-2&reason=caller_hung_up')
    await stands('android', 'cancelled')
  })

  test.for(['answer', 'decline', 'hang_up'])('is what %s is for: none else does it', async (deed) => {
    expect(await refused(`/phones/${deed}`, { name: 'iphone' })).toMatchObject({ status: 409, code: 'wrong_state' })
    expect(await refused(`/phones/${deed}`, { name: 'nobody' })).toMatchObject({ status: 404, code: 'phone_not_found' })
  })
})

describe('a phone', () => {
  test('is added, rings, and is removed, at the PNS as well', async () => {
    await add('dora', '1002', 'accept', 'ios')
    await push('1002', 'add-1')
    await stands('dora', 'ringing')
    await does('/phones/remove', { name: 'dora' })
    expect([await phone('dora'), await devicesOf('1002')]).toEqual([undefined, []])
    expect(await refused('/phones/remove', { name: 'dora' })).toMatchObject({ status: 404 })
  })

  test.for<[string, object, RegExp]>([
    ['without a name', { name: '' }, /name must be 1 to 64/],
    ['with a name of markup', { name: '<b>' }, /name must be 1 to 64/],
    ['on no extension', { extension: '10 01' }, /extension must be/],
    ['of another make', { platform: 'windows' }, /platform must be one of ios, android/],
    ['of an unknown fate', { fate: 'happy' }, /fate must be one of accept/],
    ['with more than it has', { colour: 'red' }, /colour is not known/],
  ])('%s is not added', async ([, wrong, says]) => {
    const given = { name: 'eve', extension: '1003', platform: 'ios', fate: 'accept', ...wrong }
    const { status, detail } = await refused('/phones/add', given)
    expect(status).toBe(400)
    expect(detail).toMatch(says)
    expect(await devicesOf('1003')).toEqual([])
  })

  test('of a name that is taken is not added', async () => {
    const taken = { name: 'iphone', extension: '1003', platform: 'ios', fate: 'accept' }
    expect(await refused('/phones/add', taken)).toMatchObject({ status: 409, code: 'name_taken' })
    expect((await phone('iphone'))?.extension).toBe('1001')
  })

  test('has another fate at once, by a new token of the same device', async () => {
    await add('fred', '1004')
    await does('/phones/fate', { name: 'fred', fate: 'never_wakes' })
    expect((await phone('fred'))?.fate).toBe('never_wakes')
    await expect.poll(() => devicesOf('1004'), PATIENT).toMatchObject([{ deviceId: 'fred', confirmed: true }])
    await push('1004', 'fate-1')
    await expect.poll(async () => (await phone('fred'))?.sights[0]?.kind, PATIENT).toBe('asleep')
    expect(await stateOf('fred')).toBe('locked')
    expect(await refused('/phones/fate', { name: 'fred', fate: 'happy' })).toMatchObject({ status: 400 })
    expect(await refused('/phones/fate', { name: 'nobody', fate: 'slow' })).toMatchObject({ status: 404 })
  })
})

test('a page hears of all of it at first, and of each change', async () => {
  const events = await eventsOf(`${demo.pnsUrl}/phones/events`)
  expect(await events.next('phones')).toEqual(await get('/phones'))
  await does('/phones/fate', { name: 'iphone', fate: 'slow' })
  await events.next<Shown>('phones', ({ phones }) => phones.some(({ name, fate }) => name === 'iphone' && fate === 'slow'))
  await does('/phones/fate', { name: 'iphone', fate: 'accept' })
  events.close()
})

describe('taken away', () => {
  test.for(['relay', 'dynamodb', 'sns'])('%s makes calls fail, and comes back', async (part) => {
    await does('/phones/away', { part, away: true })
    expect((await get<Shown>('/phones')).away).toMatchObject({ [part]: true })
    expect(await push('1001', `away-${part}`)).not.toMatchObject({ devices: 2 })
    await does('/phones/away', { part, away: false })
    const callId = () => `back-${part}-${performance.now()}`
    await expect.poll(() => push('1001', callId()), PATIENT).toMatchObject({ devices: 2 })
  })

  test.for([{ part: 'internet', away: true }, { part: 'sns', away: 'yes' }, {}])('is nothing by %j', async (body) => {
    expect(await refused('/phones/away', body)).toMatchObject({ status: 400, code: 'invalid_request' })
    expect((await get<Shown>('/phones')).away).toEqual({ relay: false, dynamodb: false, sns: false })
  })
})

test('what is no JSON, too long, or no route is refused, and says what to do', async () => {
  const raw = async (path: string, method: string, body?: string) => {
    const response = await fetch(`${demo.pnsUrl}${path}`, { method, ...(body !== undefined && { body }) })
    return { status: response.status, allow: response.headers.get('allow') }
  }
  expect(await raw('/phones/answer', 'POST', 'name=iphone')).toMatchObject({ status: 400 })
  expect(await raw('/phones/answer', 'POST', `"${'x'.repeat(20_000)}"`)).toMatchObject({ status: 413 })
  expect(await raw('/phones/answer', 'GET')).toEqual({ status: 405, allow: 'POST' })
  expect(await raw('/phones', 'POST', '{}')).toEqual({ status: 405, allow: 'GET' })
  expect(await raw('/phones/dance', 'POST', '{}')).toEqual({ status: 404, allow: null })
})

test('phones that were added are there after a new start, and wake', async () => {
  await add('gina', '1005')
  await demo.close()
  demo = await start()
  expect(await phone('gina')).toMatchObject({ extension: '1005', platform: 'android', state: 'locked' })
  await expect.poll(() => devicesOf('1005'), PATIENT).toMatchObject([{ deviceId: 'gina', confirmed: true }])
  await push('1005', 'again-1')
  await stands('gina', 'ringing')
})
