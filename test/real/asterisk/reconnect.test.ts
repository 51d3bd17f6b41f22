/** The application loses Asterisk, or dies, at each moment of a call: what lives is adopted, what does not is ended. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Program } from './process.ts'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
let wire: Program
let ari: Program
let extension = 1000
beforeAll(async () => {
  world = await openWorld({ endpoints: Array.from({ length: 20 }, (_, i) => String(1001 + i)) })
  await world.servePns()
  wire = await world.wire(8089)
  ari = await world.ari(8089)
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

/** Each test has an extension of its own, with a device that sleeps. */
async function sleeping() {
  extension += 1
  const [called, phone] = [String(extension), `phone-${extension}`]
  await world.device(called, phone)
  return { called, phone }
}

const attachments = () => ari.output().match(/attached to Asterisk/g)?.length ?? 0

/** How the application is lost, and comes back. What happens meanwhile, it does not see. */
const LOSSES: Record<string, (meanwhile?: () => Promise<unknown>) => Promise<void>> = {
  'its connection is cut': async (meanwhile) => {
    const before = attachments()
    wire.signal('SIGUSR2')
    await meanwhile?.()
    await until(() => expect(attachments()).toBe(before + 1))
  },
  'it is killed': async (meanwhile) => {
    await ari.end('SIGKILL')
    await meanwhile?.()
    ari = await world.ari(8089)
  },
}

const losses = Object.entries(LOSSES)

test.each(losses)('%s while a phone is waking: it gets the call', async (_, lose) => {
  const { called, phone } = await sleeping()
  const caller = world.call(called)
  await world.woken(phone)
  await lose()
  const woken = world.phone(called)
  await until(() => expect([caller.heard(), woken.heard()]).toEqual([1, 1]))
  await caller.command('hangup')
  expect(await world.outcome(called)).toMatchObject({ status: 'ANSWERED' })
})

test.each(losses)('%s, and a phone registers meanwhile: it gets the call', async (_, lose) => {
  const { called, phone } = await sleeping()
  const woken = world.sipp.phone('answers')
  const answered = world.sipp.call([called])
  await world.woken(phone)
  await lose(() => world.sipp.register(called, woken.address))
  expect(await answered).toBe(0)
  expect(woken.received('INVITE')).toHaveLength(1)
})

test.each(losses)('%s while a phone rings: it rings on, and may be answered', async (_, lose) => {
  const { called, phone } = await sleeping()
  const caller = world.call(called)
  await world.woken(phone)
  const woken = world.phone(called, 'manual')
  await until(() => expect(woken.output()).toContain('Incoming call'))
  await lose()
  await woken.command('accept')
  await until(() => expect([caller.heard(), woken.heard()]).toEqual([1, 1]))
  expect(woken.output().match(/Incoming call/g)).toHaveLength(1)
  await caller.command('hangup')
})

// Asterisk hangs up who answers while no application is there.
test.each(losses)('%s, and the phone answers meanwhile: it rings once more', async (_, lose) => {
  const { called, phone } = await sleeping()
  const caller = world.call(called)
  await world.woken(phone)
  const woken = world.phone(called, 'manual')
  await until(() => expect(woken.output()).toContain('Incoming call'))
  await lose(async () => {
    await woken.command('accept')
    await until(() => expect(woken.talked()).toBe(1))
  })
  await until(() => expect(woken.output().match(/Incoming call/g)).toHaveLength(2))
  await woken.command('accept')
  await until(() => expect([caller.heard(), woken.heard()]).toEqual([1, 1]))
  await caller.command('hangup')
})

test.each(losses)('%s, and the caller hangs up meanwhile: the phone stops ringing', async (_, lose) => {
  const { called, phone } = await sleeping()
  const caller = world.call(called)
  await world.woken(phone)
  const woken = world.sipp.phone('rings')
  await world.sipp.register(called, woken.address)
  await until(() => expect(woken.received('INVITE')).toHaveLength(1))
  await lose(() => caller.command('hangup'))
  await until(() => expect(woken.received('CANCEL')).toHaveLength(1))
})

test.each(losses)('%s while they talk: they talk on', async (_, lose) => {
  const { called, phone } = await sleeping()
  const caller = world.call(called)
  await world.woken(phone)
  const woken = world.phone(called)
  await until(() => expect([caller.heard(), woken.heard()]).toEqual([1, 1]))
  await lose()
  await world.rtpFlows()
  expect(caller.output()).not.toContain('session closed')
  await woken.command('hangup')
  await until(() => expect(caller.output()).toContain('session closed'))
})

test('the connection is silent: that is noticed, and the call goes on', async () => {
  const { called, phone } = await sleeping()
  const before = attachments()
  const caller = world.call(called)
  await world.woken(phone)
  wire.signal('SIGSTOP')
  const woken = world.phone(called)
  await until(() => expect(ari.output()).toMatch(/lost Asterisk(?!.*attached)/s))
  wire.signal('SIGCONT')
  await until(() => expect([caller.heard(), woken.heard()]).toEqual([1, 1]))
  expect(attachments()).toBeGreaterThan(before)
  await caller.command('hangup')
})

test('Asterisk restarts: its calls are gone, the next one wakes a phone', async () => {
  const lost = await sleeping()
  const before = attachments()
  world.call(lost.called)
  await world.woken(lost.phone)
  await world.asterisk.cli('core restart now').catch(() => {})
  await until(() => expect(attachments()).toBeGreaterThan(before))
  const { called, phone } = await sleeping()
  const caller = world.call(called)
  await world.woken(phone)
  const woken = world.phone(called)
  await until(() => expect([caller.heard(), woken.heard()]).toEqual([1, 1]))
  await caller.command('hangup')
})
