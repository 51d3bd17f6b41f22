/** RTP from registered phones alone, with real nft rules: `rtp.nft` as it is shipped. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFirewall } from '../../../pbx/kamailio/firewall.ts'
import { runNft } from '../../../pbx/kamailio/nft.ts'
import { until } from '../asterisk/until.ts'
import { run } from '../shell.ts'
import { openPhone } from './phone.ts'
import { openWorld, type World } from './world.ts'

const RULES = join(import.meta.dirname, '../../../pbx/kamailio/conf/rtp.nft')
const MEDIA = { host: '127.0.0.2', port: 10_500 }

const nft = (command: string) => run(`nft ${command}`, { cwd: '/' })

const hostOf = (phone: { address: () => string }): string => phone.address().split(':')[0] ?? ''

describe.each(['here', 'at the PBX'] as const)('the registrar is %s', (registrar) => {
  let world: World
  let media: Socket
  const heard = new Set<string>()
  beforeAll(async () => {
    await nft(`-f ${RULES}`)
    world = await openWorld({ registrar, gateway: { firewall: true } })
    media = createSocket('udp4', (_, { address }) => heard.add(address)).bind(MEDIA.port, MEDIA.host)
    await once(media, 'listening')
  })
  afterAll(async () => {
    media?.close()
    await world?.close()
    await nft('delete table inet wakecall')
  })

  /** Whether a packet of this address comes to a port of the media. */
  async function hears(host: string): Promise<boolean> {
    heard.clear()
    const socket = createSocket('udp4').bind(0, host)
    await once(socket, 'listening')
    await new Promise((resolve) => socket.send('rtp', MEDIA.port, MEDIA.host, resolve))
    socket.close()
    // A datagram on the loopback is in the other's queue when it is sent: a turn of the loop reads it.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    return heard.has(host)
  }
  const passes = (host: string, whether: boolean) => until(async () => expect(await hears(host)).toBe(whether))

  test('a registered phone passes, another address does not', async () => {
    const phone = await world.phone(world.user())
    await passes(hostOf(phone), true)
    expect(await hears('127.0.9.9')).toBe(false)
  })

  test('a phone that unregisters passes no more, another does', async () => {
    const [leaves, stays] = [await world.phone(world.user()), await world.phone(world.user())]
    await passes(hostOf(leaves), true)
    await passes(hostOf(stays), true)
    leaves.register({ expires: 0 })
    await passes(hostOf(leaves), false)
    expect(await hears(hostOf(stays))).toBe(true)
  })

  test('a phone that moves passes from its new address alone', async () => {
    const before = await world.phone(world.user())
    await passes(hostOf(before), true)
    const moved = await openPhone(before.user, '127.0.8.8', { instance: before.instance })
    moved.register()
    await passes('127.0.8.8', true)
    await passes(hostOf(before), false)
    await moved.close()
  })

  test('who registered before a restart of the gateway passes after it', async () => {
    const phone = await world.phone(world.user())
    await passes(hostOf(phone), true)
    await world.restartHolder()
    expect(await hears(hostOf(phone))).toBe(true)
  })

  test('the element has the time of the binding', async () => {
    const phone = await world.phone(world.user())
    await passes(hostOf(phone), true)
    expect(await nft('list set inet wakecall phones4')).toMatch(new RegExp(`${hostOf(phone)} timeout (5m|4m5\\d)`))
  })
})

test('an address is in the set until its binding expires', async () => {
  const firewall = createFirewall({ run: runNft, now: () => performance.now(), log: pino({ level: 'silent' }) })
  firewall.registered({ extension: '1001', phone: 'a', source: '192.0.2.1', expires: 2 })
  firewall.registered({ extension: '1001', phone: 'b', source: '2001:db8::1', expires: 300 })
  const sets = () => nft('list table inet wakecall')
  await until(async () => expect(await sets()).toMatch(/192\.0\.2\.1 timeout[\s\S]*2001:db8::1 timeout/))
  await until(async () => expect(await sets()).not.toContain('192.0.2.1'))
  expect(await sets()).toContain('2001:db8::1 timeout')
  await nft('delete table inet wakecall')
})

test('nft that refuses is logged, and phones ring', async () => {
  await nft(`'add table inet wakecall; add set inet wakecall phones4 { type inet_service; }'`)
  const world = await openWorld({ gateway: { firewall: true } })
  const phone = await world.phone(world.user())
  await until(() =>
    expect(world.holder().output()).toContain('nft does not take the addresses of phones: is there another table inet wakecall?'),
  )
  const call = world.pbx.call(phone.user)
  await until(() => expect(call.final()?.status).toBe(200))
  await world.close()
  await nft('delete table inet wakecall')
})
