/** Two applications side by side: one works, the other takes over when it dies. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Program } from './process.ts'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
let first: Program
let second: Program
beforeAll(async () => {
  world = await openWorld({ endpoints: ['1001', '1002', '1003', '1004'] })
  await world.servePns()
  first = await world.ari()
  second = await world.ari()
  await until(() => expect(first.output()).toContain('standing by'))
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

async function talks(extension: string, name: string): Promise<void> {
  await world.device(extension, name)
  const phone = world.sipp.phone('answers')
  const answered = world.sipp.call([extension])
  await world.woken(name)
  await world.sipp.register(extension, phone.address)
  expect(await answered).toBe(0)
  expect(phone.received('INVITE')).toHaveLength(1)
  expect(world.seen(name, 'push')).toHaveLength(1)
}

test('one of them dials', async () => {
  await talks('1001', 'ada')
  expect(first.output()).not.toContain('dialled')
  expect(second.output()).toContain('dialled')
})

test('it is killed while a phone is waking: the other adopts the call', async () => {
  await world.device('1002', 'bob')
  const caller = world.call('1002')
  await world.woken('bob')
  await second.end('SIGKILL')
  const phone = world.phone('1002')
  await until(() => expect([caller.heard(), phone.heard()]).toEqual([1, 1]))
  await caller.command('hangup')
  expect(first.output()).toContain('adopted')
})

test('the other works now', () => talks('1003', 'cleo'))

test('a third is started, and stopped: the other takes over without delay', async () => {
  const third = await world.ari()
  await until(() => expect(first.output().match(/: standing by/g)).toHaveLength(2))
  await third.end('SIGTERM')
  await until(() => expect(first.output().match(/attached to Asterisk/g)).toHaveLength(3))
  await talks('1004', 'dan')
})
