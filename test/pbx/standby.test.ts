/** Two applications of one name. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { authorizationOf } from '../../pbx/asterisk/ari/rest.ts'
import { arrived, at, ringing, runAll, until, virtualTime } from './ari-harness.ts'
import type { StubAri } from './stub-ari.ts'

async function two() {
  const world = await runAll()
  const second = world.run()
  await second.attached
  await until(() => expect(world.app.said('another program has taken the name: standing by')).toHaveLength(1))
  await until(() => expect([...world.stub.apps.keys()]).toEqual(['wakecall', 'wakecall-standby']))
  await arrived(world.stub)
  return { ...world, second }
}

/** A program that takes the name, and says nothing. */
async function takeName(stub: StubAri): Promise<void> {
  const socket = new WebSocket(`${stub.place.url.replace('http', 'ws')}/events?app=wakecall`, {
    headers: { authorization: authorizationOf(stub.place) },
  })
  onTestFinished(() => socket.terminate())
  await new Promise((resolve) => socket.once('open', resolve))
}

test('the last one works; when it stops the other takes over its call', async () => {
  const { stub, app, second, leg, pushes, handedBack } = await two()
  stub.contacts.set('1001', [at(5060)])
  const caller = stub.call(['1001'], { linkedid: 'l' })
  const { id } = await leg()
  await until(() => expect(second.said('pushed')).toHaveLength(1))
  expect(app.said('pushed')).toEqual([])
  await second.close()
  await until(() => expect(app.said('adopted')).toMatchObject([{ callId: 'l-1001', legs: 1 }]))
  expect(app.said('no longer standing by')).toMatchObject([{ vacancy: 'leaves' }])
  stub.answer(id)
  expect((await handedBack(caller)).WAKECALL_STATUS).toBe('ANSWERED')
  expect(new Set(pushes().map(({ callId }) => callId))).toEqual(new Set(['l-1001']))
  expect(stub.legs()).toHaveLength(1)
})

test('the one that stands by stops: the other goes on', async () => {
  const { stub, app, leg } = await two()
  await app.close()
  stub.call(['1001'])
  await until(() => expect(stub.to('POST', /\/ring$/)).toHaveLength(1))
  await arrived(stub)
  stub.register('1001', at(5070))
  expect((await leg()).query.endpoint).toContain(at(5070))
})

test('a ringing call of the first becomes the second’s: neither ends it', async () => {
  const { stub, app, run, caller, leg, handedBack } = await ringing()
  const second = run()
  await until(() => expect(second.said('adopted')).toHaveLength(1))
  await until(() => expect(app.said('another program has taken the name: standing by')).toHaveLength(1))
  expect(stub.to('DELETE', /wakecall-/)).toEqual([])
  stub.answer(leg.id)
  expect((await handedBack(caller)).WAKECALL_STATUS).toBe('ANSWERED')
})

test('who has lost its name tells nobody anything any more', async () => {
  virtualTime()
  const { stub, app, caller } = await ringing(['1001', 'ring=5'])
  await takeName(stub)
  await until(() => expect([...stub.apps.keys()]).toContain('wakecall-standby'))
  const before = stub.to('POST', /channels/).length
  for (let seconds = 0; seconds < 6; seconds += 3) {
    vi.advanceTimersByTime(3_000)
    stub.userEvent('alive', 'wakecall-standby')
    await arrived(stub)
  }
  expect(app.said('no longer standing by')).toEqual([])
  expect([stub.to('POST', /channels/).length, stub.to('DELETE', /./).length]).toEqual([before, 0])
  expect(stub.channels.has(caller)).toBe(true)
})

test('what comes after that is for another', async () => {
  const { stub, app, pushes } = await runAll()
  stub.say('{"type":"ApplicationReplaced","application":"wakecall"}')
  stub.call(['1001'])
  await until(() => expect([...stub.apps.keys()]).toContain('wakecall-standby'))
  await arrived(stub)
  expect(pushes()).toEqual([])
  expect(app.said('another program has taken the name: standing by')).toHaveLength(1)
})

test('a sign of life lets it wait, silence takes over', async () => {
  const { stub, app } = await runAll()
  virtualTime()
  await takeName(stub)
  await until(() => expect([...stub.apps.keys()]).toContain('wakecall-standby'))
  vi.advanceTimersByTime(3_900)
  stub.userEvent('alive', 'wakecall-standby')
  await arrived(stub)
  vi.advanceTimersByTime(3_900)
  expect(app.said('no longer standing by')).toEqual([])
  vi.advanceTimersByTime(100)
  await until(() => expect(app.said('no longer standing by')).toMatchObject([{ vacancy: 'dead' }]))
  await until(() => expect(app.attachments()).toBe(2))
})

test('an event of another while it stands by is nothing', async () => {
  const { stub, app } = await runAll()
  await takeName(stub)
  await until(() => expect([...stub.apps.keys()]).toContain('wakecall-standby'))
  await arrived(stub)
  for (const text of ['{"type":"ChannelUserevent","eventname":"of_another"}', '{"type":', 'null'])
    stub.say(text, 'wakecall-standby')
  stub.userEvent('leaves', 'wakecall-standby')
  await until(() => expect(app.said('no longer standing by')).toMatchObject([{ vacancy: 'leaves' }]))
})

test('a program that never says anything is no Wakecall: that is said, and it is not fought', async () => {
  const { stub, app } = await runAll()
  virtualTime()
  for (const times of [1, 2]) {
    await takeName(stub)
    await until(() => expect([...stub.apps.keys()]).toContain('wakecall-standby'))
    vi.advanceTimersByTime(4_000)
    await until(() => expect(app.said('no longer standing by')).toHaveLength(times))
    if (times === 1) await until(() => expect(app.attachments()).toBe(2))
  }
  expect(app.lines.filter(({ code }) => code === 'application_taken')).toMatchObject([{ level: 50 }])
  expect(app.attachments()).toBe(2)
})
