/** Calls that another process has left. */
import { expect, test } from 'vitest'
import { arrived, at, openWorld, until } from './ari-harness.ts'

const found = async (untilMs: number, args = ['1001']) => {
  const world = await openWorld()
  const { stub } = world
  stub.contacts.set('1001', [at(5060), at(5062)])
  const caller = stub.call(args, { linkedid: 'l' })
  Object.assign(stub.channels.get(caller)?.variables ?? {}, {
    WAKECALL_ID: 'l-1001-3',
    WAKECALL_UNTIL: String(Date.now() + untilMs),
  })
  const query = { endpoint: `PJSIP/1001/${at(5060)}`, app: 'wakecall', appArgs: 'wakecall-leg' }
  const leg = stub.addLeg(`wakecall-${caller}-1`, 'wakecall', query, { WAKECALL_URI: at(5060) })
  return { ...world, caller, left: leg }
}

test('is adopted with its id and its leg; other contacts are dialled', async () => {
  const { stub, run, caller, left, pushes, handedBack, leg, hungUp } = await found(20_000)
  stub.ring(left.id)
  const app = run()
  const other = await leg(2)
  expect(other.query.endpoint).toBe(`PJSIP/1001/${at(5062)}`)
  await until(() => expect(pushes().map(({ callId }) => callId)).toEqual(['l-1001-3']))
  stub.answer(left.id)
  expect((await handedBack(caller)).WAKECALL_STATUS).toBe('ANSWERED')
  await hungUp(other.id, 'answered_elsewhere')
  expect(app.said('adopted')).toMatchObject([{ callId: 'l-1001-3', legs: 1 }])
})

test('whose phone has answered is handed back', async () => {
  const { stub, run, caller, left, handedBack } = await found(20_000)
  stub.answerUnheard(left.id)
  run()
  expect(await handedBack(caller)).toMatchObject({ WAKECALL_STATUS: 'ANSWERED', WAKECALL_PEER: left.name })
})

test('whose phone answers while it is adopted is handed back', async () => {
  const { stub, run, caller, left, handedBack } = await found(20_000)
  stub.ring(left.id)
  const held = Promise.withResolvers<undefined>()
  stub.fate = ({ query }) => (query.variable === 'WAKECALL_ID' ? held.promise : undefined)
  run()
  await until(() => expect(stub.asked.filter(({ query }) => query.variable === 'WAKECALL_ID')).toHaveLength(1))
  stub.answer(left.id)
  await arrived(stub)
  held.resolve(undefined)
  expect(await handedBack(caller)).toMatchObject({ WAKECALL_STATUS: 'ANSWERED', WAKECALL_PEER: left.name })
  expect(stub.to('DELETE', new RegExp(left.id))).toEqual([])
})

test('whose window is over is over', async () => {
  const { stub, run, caller, left, handedBack, hungUp } = await found(-1)
  stub.ring(left.id)
  run()
  expect((await handedBack(caller)).WAKECALL_STATUS).toBe('NOANSWER')
  await hungUp(left.id, 'normal')
})

test('that nobody had taken yet is a call like any other', async () => {
  const { stub, run, pushes, handedBack, leg } = await openWorld()
  stub.contacts.set('alice', [at(5060)])
  const caller = stub.call(['1001', 'endpoint=alice', 'ring=25'], { linkedid: 'l' })
  run()
  const { id, query } = await leg()
  expect(query.endpoint).toBe(`PJSIP/alice/${at(5060)}`)
  await until(() => expect(pushes()).toMatchObject([{ callId: 'l-1001', ringSeconds: 25 }]))
  stub.answer(id)
  await handedBack(caller)
})

test('where the caller has gone in between is nothing', async () => {
  const { stub, run, caller, left, hungUp, pushes } = await found(20_000)
  stub.fate = ({ path }) => {
    if (path === `/ari/channels/${caller}/variable` && stub.channels.has(caller)) stub.end(caller)
    return undefined
  }
  await run().attached
  await hungUp(left.id, 'normal')
  await arrived(stub)
  expect(stub.legs()).toEqual([])
  expect(pushes()).toEqual([])
})

test('with wrong arguments goes back to the dialplan', async () => {
  const { run, stub, caller } = await found(20_000, ['1001', 'colour=red'])
  run()
  await until(() => expect(stub.continued(caller)).toBe(1))
})

test('legs of nobody are hung up; those that talk, and channels of others, are not', async () => {
  const { stub, run, hungUp } = await openWorld()
  const leg = (id: string) =>
    stub.addLeg(id, 'wakecall', { endpoint: 'PJSIP/1001/x', app: 'wakecall', appArgs: 'wakecall-leg' }, {})
  const [rings, waits, talks, strange] = [leg('wakecall-a-1'), leg('wakecall-b-1'), leg('wakecall-c-1'), leg('d-1')]
  for (const { id } of [rings, strange]) stub.ring(id)
  for (const { id } of [waits, talks]) stub.answerUnheard(id)
  talks.dialplan = { app_name: 'AppDial2', app_data: '(Outgoing Line)' }
  const elsewhere = stub.call(['1001'], {}, 'reception')
  await run().attached
  await hungUp(rings.id, 'normal')
  await hungUp(waits.id, 'normal')
  expect([...stub.channels.keys()]).toEqual([talks.id, strange.id, elsewhere])
})

test('an application of another name keeps its legs', async () => {
  const { stub, run, leg } = await openWorld()
  await run({ application: 'reception' }).attached
  stub.contacts.set('1001', [at(5060)])
  stub.call(['1001'], {}, 'reception')
  const { id } = await leg()
  stub.ring(id)
  await run().attached
  await arrived(stub)
  expect(stub.to('DELETE', /wakecall-/)).toEqual([])
})
