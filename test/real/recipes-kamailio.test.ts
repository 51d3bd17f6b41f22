/** The routes of docs/recipes as they are shipped, in a real Kamailio, with the real command and callers and phones by sipp. */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { escapeId } from '../../wire/path.ts'
import type { Started } from './namespace.ts'
import { openWorld, outcome, sippIn, until, type World } from './recipes/world.ts'

const RECIPE = join(import.meta.dirname, '../../docs/recipes/kamailio/wakecall.cfg')
const CONFIG = join(import.meta.dirname, 'recipes/kamailio.cfg')

let world: World
let sip: ReturnType<typeof sippIn>
let kamailio: Started

const rings = (extension: string) => world.told('POST', '/v1/calls').filter(({ body }) => body.to === extension)
const cancels = (extension: string) =>
  rings(extension).flatMap(({ body }) =>
    world.told('DELETE', `/v1/calls/${escapeId(String(body.callId))}`).map(({ query }) => query),
  )
const untilRung = (extension: string) => until(() => expect(rings(extension)).toHaveLength(1))

beforeAll(async () => {
  world = await openWorld()
  sip = sippIn(world.namespace, world.dir)
  await world.startPns()
  copyFileSync(RECIPE, join(world.dir, 'wakecall.cfg'))
  copyFileSync(CONFIG, join(world.dir, 'kamailio.cfg'))
  kamailio = world.namespace.start(['kamailio', '-f', join(world.dir, 'kamailio.cfg'), '-DD', '-E', '-Y', world.dir])
  await sip.register('1000', '127.0.0.1:29999')
})

afterAll(() => world?.close())

test('a held call is delivered to the phone that registers after the push, and the wake is told', async () => {
  const token = 'aa'.repeat(32)
  await world.register('1001', token)
  const phone = sip.phone()
  const caller = sip.call('1001')
  await untilRung('1001')
  const callId = rings('1001')[0]?.body.callId
  expect(rings('1001')[0]?.body).toMatchObject({ to: '1001', from: { number: 'sipp', name: 'sipp' } })
  const pn = `pn-provider=apns;pn-param=TEAM.phone.voip&remote;pn-prid=${token}:voip&${'bb'.repeat(32)}:remote`
  await sip.register('1001', `${phone.address};${pn}`)
  expect(await outcome(caller), kamailio.output()).toBe(0)
  expect(readFileSync(phone.messages, 'utf8')).toContain(`Call-ID: ${callId}`)
  await until(() => expect(new Set(cancels('1001'))).toEqual(new Set(['reason=answered_elsewhere'])))
  const wake = expect.objectContaining({ callId, extension: '1001', platform: 'ios' })
  await until(() => expect(world.told('POST', '/v1/wakes').flatMap(({ body }) => body.wakes)).toContainEqual(wake))
})

test('the token in a Contact is registered, one of a provider that we do not know is not', async () => {
  await sip.register('1002', '127.0.0.1:29998;pn-provider=fcm;pn-param=project;pn-prid=abcdefghijklm:APA91bExample')
  await until(() => expect(world.told('PUT', '/v1/extensions/1002/')).toHaveLength(1))
  expect(world.told('PUT', '/v1/extensions/1002/')[0]?.body).toMatchObject({ platform: 'android' })
  await sip.register('1003', '127.0.0.1:29997;pn-provider=webpush;pn-prid=abcdefghijklm:APA91bExample')
  expect(JSON.parse(await world.curl('/devices?extension=1003'))).toEqual({ devices: [] })
})

test('a caller who hangs up takes the push back', async () => {
  await world.register('1004', 'dd'.repeat(32))
  await sip.hangUp('1004')
  await until(() => expect(new Set(cancels('1004'))).toEqual(new Set(['reason=caller_hung_up'])))
})

test('nobody waits where there is nobody to wake', async () => {
  expect(await outcome(sip.call('1005'))).toBe(1)
  expect(rings('1005')).toHaveLength(1)
})

test('without the PNS a registered phone rings as ever', async () => {
  const phone = sip.phone()
  await sip.register('1006', phone.address)
  await world.stopPns()
  expect(await outcome(sip.call('1006')), kamailio.output()).toBe(0)
  expect(rings('1006')).toEqual([])
})
