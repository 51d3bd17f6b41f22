/** What people get wrong: it is said, and what can go on goes on. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ARI } from './settings.ts'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ endpoints: ['1001'] })
  await world.servePns()
})
afterAll(() => world?.close())

test('a wrong password: it ends, and says what to compare', async () => {
  const ari = world.startAri('wrong.toml', { password: 'wrong' })
  await until(() => expect(ari.child.exitCode).toBe(1))
  expect(ari.output()).toContain('compare ari.username and ari.password with ari.conf')
  expect(ari.output()).not.toContain(ARI.password)
})

test('Asterisk is not there yet: it waits for it', async () => {
  const ari = world.startAri('early.toml', { url: 'http://127.0.0.1:8089/ari' })
  await until(() => expect(ari.output()).toContain('Asterisk does not answer'))
  await world.wire(8089)
  await until(() => expect(ari.output()).toContain('attached to Asterisk'))
  await ari.end('SIGTERM')
})

/** A program that takes the name again whenever it loses it. */
const STRANGER = `const url = '${ARI.url.replace('http', 'ws')}/events?app=wakecall&api_key=${ARI.username}:${ARI.password}'
function take() {
  const socket = new WebSocket(url)
  socket.onmessage = ({ data }) => data.includes('ApplicationReplaced') && take()
}
take()`

test('a program that is no Wakecall has the name: that is said', async () => {
  const ari = await world.ari()
  const stranger = world.program('-e', STRANGER)
  await until(() => expect(ari.output()).toContain('application_taken'))
  expect(ari.output()).toContain('ari.application')
  await stranger.end('SIGKILL')
  await ari.end('SIGTERM')
})

test('an extension that PJSIP has not', async () => {
  await world.ari()
  const caller = world.call('1999')
  await until(() => expect(caller.output()).toContain('session closed'))
  expect(await world.outcome('1999')).toMatchObject({ status: 'NODEVICE' })
  await world.idle()
})
