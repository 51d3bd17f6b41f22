import { describe, expect, test, vi } from 'vitest'
import { arrived, at, runAll, until, virtualTime } from './ari-harness.ts'

test('a contact with & in it is one contact', async () => {
  const { stub, leg } = await runAll()
  const contacts = [`${at(5060)};x=a&b`, at(5062)]
  stub.contacts.set('1001', contacts)
  stub.call(['1001'])
  await leg(2)
  expect(stub.legs().map(({ query }) => query.endpoint)).toEqual(contacts.map((uri) => `PJSIP/1001/${uri}`))
})

test('one that is on its way is hung up when it is there', async () => {
  const { stub, app, hungUp } = await runAll()
  stub.contacts.set('1001', [at(5060)])
  const held = Promise.withResolvers<undefined>()
  stub.fate = ({ path, method }) => (method === 'POST' && /\/wakecall-[^/]+$/.test(path) ? held.promise : undefined)
  const caller = stub.call(['1001'])
  await until(() => expect(stub.to('POST', /\/wakecall-[^/]+$/)).toHaveLength(1))
  stub.end(caller)
  await until(() => expect(app.said('over')).toHaveLength(1))
  expect(stub.to('DELETE', /./)).toEqual([])
  held.resolve(undefined)
  const [asked] = stub.to('POST', /\/wakecall-[^/]+$/)
  await hungUp(asked?.path.split('/').at(-1) ?? '', 'normal')
})

test('one that Asterisk refuses to dial is over; the other rings', async () => {
  const { stub, app, leg, handedBack } = await runAll()
  stub.contacts.set('1001', [at(5060), at(5062)])
  stub.fate = ({ query }) => (query.endpoint?.includes(':5060') ? { status: 500 } : undefined)
  const caller = stub.call(['1001'])
  const { id } = await leg()
  await until(() => expect(app.said('Asterisk does not dial this contact')).toHaveLength(1))
  stub.answer(id)
  expect((await handedBack(caller)).WAKECALL_STATUS).toBe('ANSWERED')
})

test('the answer of a leg that nobody knows is hung up', async () => {
  const { stub, hungUp } = await runAll()
  const caller = stub.call(['1001'])
  const stranger = stub.addLeg('wakecall-of-nobody', 'wakecall', { appArgs: 'wakecall-leg', app: 'wakecall' }, {})
  stub.answer(stranger.id)
  await hungUp(stranger.id, 'normal')
  expect(stub.channels.has(caller)).toBe(true)
})

test('a late phone is rung shortly, until it rings', async () => {
  const { stub, pushes, leg, hungUp, app } = await runAll()
  stub.call(['1001'], { id: 'ada' })
  await until(() => expect(pushes()).toHaveLength(1))
  await until(() => expect(app.said('pushed')).toHaveLength(1))
  stub.end('ada')
  stub.register('1001', at(5070))
  const late = await leg()
  expect(late.query).not.toHaveProperty('originator')
  expect(stub.to('DELETE', /./)).toEqual([])
  stub.ring(late.id)
  await hungUp(late.id, 'normal')
})

test('with stopLateRings = false it is left alone', async () => {
  const { stub, app } = await runAll({ stopLateRings: false })
  stub.call(['1001'], { id: 'ada' })
  await until(() => expect(app.said('pushed')).toHaveLength(1))
  stub.end('ada')
  stub.register('1001', at(5070))
  await arrived(stub)
  expect(stub.to('POST', /wakecall-/)).toEqual([])
})

test('the phone that answered is hung up if the caller goes before they are joined', async () => {
  const { stub, leg, hungUp, handedBack } = await runAll()
  stub.dialplanJoins = false
  stub.contacts.set('1001', [at(5060)])
  const caller = stub.call(['1001'])
  const { id } = await leg()
  stub.answer(id)
  await handedBack(caller)
  stub.end(caller)
  await hungUp(id, 'normal')
})

test('and not after', async () => {
  const { stub, leg, handedBack } = await runAll()
  stub.contacts.set('1001', [at(5060)])
  const caller = stub.call(['1001'])
  const { id } = await leg()
  stub.answer(id)
  await handedBack(caller)
  stub.end(caller)
  await arrived(stub)
  expect(stub.to('DELETE', /./)).toEqual([])
})

describe('time', () => {
  test('the window is over: legs end, who sleeps is told, and it is NOANSWER', async () => {
    const { stub, app, cancels, leg, hungUp, handedBack } = await runAll()
    virtualTime()
    stub.contacts.set('1001', [at(5060)])
    const caller = stub.call(['1001', 'ring=20'], { linkedid: 'l' })
    const { id } = await leg()
    await until(() => expect(app.said('pushed')).toHaveLength(1))
    stub.ring(id)
    await until(() => expect(app.said('ringing')).toHaveLength(1))
    expect(stub.to('POST', /continue$/)).toEqual([])
    vi.advanceTimersByTime(20_000)
    expect((await handedBack(caller)).WAKECALL_STATUS).toBe('NOANSWER')
    await hungUp(id, 'normal')
    await until(() => expect(cancels()).toEqual(['l-1001?reason=timed_out']))
  })

  test('a phone that answered and that nobody joins is hung up; one that talks is not', async () => {
    const { stub, leg, hungUp, handedBack } = await runAll()
    virtualTime()
    for (const extension of ['1001', '1002']) stub.contacts.set(extension, [at(5060)])
    const talking = stub.call(['1001'])
    const first = await leg()
    stub.answer(first.id)
    await handedBack(talking)
    stub.dialplanJoins = false
    const alone = stub.call(['1002'])
    const second = await leg(2)
    stub.answer(second.id)
    await handedBack(alone)
    await arrived(stub)
    vi.advanceTimersByTime(5_000)
    await hungUp(second.id, 'normal')
    expect(stub.channels.has(first.id)).toBe(true)
  })

  test('a phone that was joined unheard talks on', async () => {
    const { stub, leg, handedBack } = await runAll()
    virtualTime()
    stub.contacts.set('1001', [at(5060)])
    stub.dialplanJoins = false
    const caller = stub.call(['1001'])
    const { id } = await leg()
    stub.answer(id)
    await handedBack(caller)
    await arrived(stub)
    // What Bridge() makes of it, without an event.
    Object.assign(stub.channels.get(id) ?? {}, { dialplan: { app_name: 'AppDial2', app_data: '(Outgoing Line)' } })
    const before = stub.to('GET', /channels$/).length
    vi.advanceTimersByTime(5_000)
    await until(() => expect(stub.to('GET', /channels$/).length).toBeGreaterThan(before))
    await arrived(stub)
    expect(stub.channels.has(id)).toBe(true)
  })

  test('a late phone that says nothing is hung up', async () => {
    const { stub, app, leg, hungUp } = await runAll()
    virtualTime()
    const caller = stub.call(['1001'])
    await until(() => expect(app.said('pushed')).toHaveLength(1))
    stub.end(caller)
    stub.register('1001', at(5070))
    const late = await leg()
    vi.advanceTimersByTime(5_000)
    await hungUp(late.id, 'normal')
  })
})
