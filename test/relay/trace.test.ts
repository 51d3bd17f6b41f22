import { expect, test } from 'vitest'
import type { DeviceRequest } from '../../wire/devices.ts'
import { pathOf } from '../../wire/routes.ts'
import { android, iphone } from './devices.ts'
import { expectProblem, openRelay } from './harness.ts'
import { leaks } from './secrets.ts'

const { a, b, sees } = await openRelay()

const wakes = pathOf('wakes')
const wake = (more: object = {}) => ({
  callId: 'traced',
  extension: '1001',
  deviceId: 'iphone',
  platform: 'ios',
  wakeMs: 812,
  agoMs: 5,
  ...more,
})

type Step = { step: string; at: string; deviceId?: string; detail?: string }
const stepsOf = (steps: Step[], device?: string) =>
  steps.filter(({ deviceId }) => deviceId === undefined || deviceId === device).map(({ step }) => step)

test('a trace tells the whole way of a call, device by device', async () => {
  await a.register('1001', 'iphone', iphone('alice-iphone'))
  await a.register('1001', 'android', android('alice-android'))
  const rung = await a.ring({ callId: 'traced', to: '1001', elapsedMs: 40 })
  await Promise.all(['alice-iphone', 'alice-android'].map((phone) => sees(phone, 'waking', rung.json.uuid)))
  expect((await a.call('POST', wakes, { wakes: [wake()] })).json).toEqual({ recorded: 1 })
  await a.cancel('traced', 'answered_elsewhere')

  await expect.poll(async () => (await a.trace('traced')).json.steps.length, { timeout: 5000 }).toBe(10)
  const answer = await a.trace('traced')
  expect(answer.status).toBe(200)
  const { callId, uuid, to, expiresAt, devices, steps } = answer.json
  expect({ callId, uuid, to, expiresAt }).toEqual({
    callId: 'traced',
    uuid: rung.json.uuid,
    to: '1001',
    expiresAt: rung.json.expiresAt,
  })
  const way = ['asked', 'relay_accepted', 'sns_accepted', 'provider_accepted']
  expect(stepsOf(steps, 'iphone').sort()).toEqual([...way, 'woke', 'cancelled', 'cancel_sent'].sort())
  expect(stepsOf(steps, 'android').sort()).toEqual([...way, 'cancelled', 'cancel_sent'].sort())
  const accepted = steps.find(({ step, deviceId }: Step) => step === 'provider_accepted' && deviceId === 'iphone')
  expect(accepted).toMatchObject({ status: 200, dwellMs: expect.any(Number) })
  expect(steps.find(({ step }: Step) => step === 'cancelled')).toMatchObject({ detail: 'answered_elsewhere' })
  expect(steps.map(({ at }: Step) => at)).toEqual(steps.map(({ at }: Step) => at).sort())
  expect(Date.parse(steps[1].at) - Date.parse(steps[0].at)).toBe(40)
  expect(devices).toEqual(
    expect.arrayContaining([
      { deviceId: 'iphone', platform: 'ios', outcome: 'accepted', wakeMs: 812, unknown: [] },
      { deviceId: 'android', platform: 'android', outcome: 'accepted', unknown: ['woke'] },
    ]),
  )
})

test('no token and no number stands in a trace: the caller is a hash that tells two calls of one number', async () => {
  await a.register('1002', 'iphone', iphone('hidden-iphone'))
  const traceOf = async (callId: string) => {
    await a.ring({ callId, to: '1002', from: { number: '+442079460123' } })
    await expect.poll(async () => (await a.trace(callId)).json.devices[0]?.unknown, { timeout: 5000 }).toEqual(['woke'])
    const answer = await a.trace(callId)
    expect(leaks([answer.text])).toEqual([])
    expect(answer.text).not.toContain('442079460123')
    return answer.json.from
  }
  const from = await traceOf('hidden-1')
  expect(from).toMatch(/^hmac:[\w-]{22}$/)
  expect(await traceOf('hidden-2')).toBe(from)
})

const swapped = (phone: string) => {
  const { tokens, ...rest } = iphone(phone)
  if (!('voip' in tokens)) throw new Error('an iPhone has a VoIP token')
  return { ...rest, tokens: { voip: tokens.alert, alert: tokens.voip } } as DeviceRequest
}

test.each([
  ['wrong_environment', iphone('ida', 'wrong_environment'), 400],
  ['wrong_environment', android('abe', 'wrong_environment'), 403],
  ['wrong_topic', swapped('sue'), 400],
  ['unregistered', iphone('una', 'unregistered'), 410],
  ['unregistered', android('una', 'unregistered'), 404],
] as const)('a refusal is named: %s', async (reason, device, status) => {
  const name = `${reason}-${device.platform}`
  await a.register(name, 'phone', device)
  await a.ring({ callId: name, to: name })
  const refused = async () => (await a.trace(name)).json.steps.find(({ step }: Step) => step === 'provider_refused')
  await expect.poll(refused, { timeout: 5000 }).toMatchObject({ reason, status, deviceId: 'phone' })
  expect((await a.trace(name)).json.devices[0].unknown).toEqual([])
  expect(leaks([(await a.trace(name)).text])).toEqual([])
})

test('a call that never rang, or rang for another PBX, has no trace', async () => {
  expectProblem(await a.trace('never-rang'), 'call_not_found')
  await a.ring({ callId: 'of-a', to: '1001' })
  expectProblem(await b.trace('of-a'), 'call_not_found')
  expect((await a.trace('of-a')).status).toBe(200)
})

test('a cancel alone is no call', async () => {
  await a.cancel('only-cancelled')
  const answer = await a.trace('only-cancelled')
  expectProblem(answer, 'call_not_found')
  expect(answer.json.detail).toMatch(/cancelled .* before it rang/)
})

test('a call to nobody has a trace without devices', async () => {
  await a.ring({ callId: 'to-nobody', to: '1999' })
  const { devices, steps } = (await a.trace('to-nobody')).json
  expect(devices).toEqual([])
  expect(stepsOf(steps)).toEqual(['asked', 'relay_accepted'])
})

test('a wake that is reported twice is told once', async () => {
  await a.ring({ callId: 'repeated', to: '1001' })
  for (const agoMs of [5, 50]) await a.call('POST', wakes, { wakes: [wake({ callId: 'repeated', agoMs })] })
  await a.call('POST', wakes, { wakes: [wake({ callId: 'repeated', deviceId: 'android' })] })
  const woke = async () => (await a.trace('repeated')).json.steps.filter(({ step }: Step) => step === 'woke')
  await expect
    .poll(async () => (await woke()).map(({ deviceId }: Step) => deviceId).sort(), { timeout: 5000 })
    .toEqual(['android', 'iphone'])
})

test('another PBX cannot report a wake for a call that is not its own', async () => {
  await a.ring({ callId: 'mine', to: '1001' })
  expect((await b.call('POST', wakes, { wakes: [wake({ callId: 'mine' })] })).status).toBe(202)
  expect(stepsOf((await a.trace('mine')).json.steps, 'iphone')).not.toContain('woke')
})

test('callIds of quotes, braces, backslashes and wildcards find their own records only', async () => {
  for (const callId of ['a"b', '*', 'a*', 'a\\"b', '{$.pbx="x"}', '||', 'a\\']) {
    await a.ring({ callId, to: '1999' })
    expect((await a.call('POST', wakes, { wakes: [wake({ callId })] })).status).toBe(202)
    await expect.poll(async () => stepsOf((await a.trace(callId)).json.steps, 'iphone'), { timeout: 5000 }).toContain('woke')
    expect((await a.trace(callId)).json.steps).toHaveLength(3)
  }
})

test('wakes come in batches of 1 to 100', async () => {
  const batch = (size: number) => ({ wakes: Array.from({ length: size }, () => wake({ callId: 'batch' })) })
  expect((await a.call('POST', wakes, batch(1))).json).toEqual({ recorded: 1 })
  expect((await a.call('POST', wakes, batch(100))).json).toEqual({ recorded: 100 })
  expectProblem(await a.call('POST', wakes, batch(0)), 'invalid_request')
  expectProblem(await a.call('POST', wakes, batch(101)), 'invalid_request')
})

test('a wake that is none is refused, and the whole batch with it', async () => {
  for (const wrong of [{ wakeMs: -1 }, { wakeMs: '812' }, { platform: 'symbian' }, { deviceId: '' }, { agoMs: 8e8 }, { x: 1 }]) {
    const answer = await a.call('POST', wakes, { wakes: [wake(), wake(wrong)] })
    expectProblem(answer, 'invalid_request')
    expect(answer.json.errors[0].pointer).toBe(`/wakes/1/${Object.keys(wrong)[0]}`)
  }
})
