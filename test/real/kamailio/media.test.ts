/** RTP goes through rtpengine where that is set, and calls go on when it is gone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headerOf } from '../../../pbx/kamailio/sip/message.ts'
import { until } from '../asterisk/until.ts'
import { type Program, startProgram } from './program.ts'
import { isFree, mediaOf, openRtp } from './rtp.ts'
import { openWorld, pushOf, type World } from './world.ts'

const ENGINE = { host: '127.0.0.1', ports: [30_000, 30_998] as const }
const DEFINES = '#!define RTPENGINE'

const startEngine = () =>
  startProgram(
    [
      'rtpengine',
      '--config-file=none',
      '--foreground',
      '--log-stderr',
      '--log-level=6',
      '--table=-1',
      `--interface=${ENGINE.host}`,
      '--listen-ng=127.0.0.1:22222',
      `--port-min=${ENGINE.ports[0]}`,
      `--port-max=${ENGINE.ports[1]}`,
      '--delete-delay=0',
    ],
    'Startup complete',
  )

let world: World

/** The media of both sides. */
const ends = async () => ({ pbx: await openRtp('127.0.0.2'), phone: await openRtp('127.0.0.3') })
type Ends = Awaited<ReturnType<typeof ends>>
type Phone = Awaited<ReturnType<World['phone']>>

/** A call that the phone answers: the SDP that each side sees of the other. */
async function answered(phone: Phone, call: ReturnType<World['pbx']['call']>) {
  await until(() => expect(call.final()?.status).toBe(200))
  return { toPhone: phone.got('INVITE')[0]?.body ?? '', toPbx: call.final()?.body ?? '' }
}

async function called(media: Ends, name: string) {
  const phone = await world.phone(world.user(), { push: pushOf(name), sdp: media.phone.sdp })
  const call = world.pbx.call(phone.user, undefined, media.pbx.sdp)
  return { phone, call, ...(await answered(phone, call)) }
}

function expectEngine(sdp: string, profile = 'RTP/AVP'): void {
  const { host, port, profile: said } = mediaOf(sdp)
  expect({ host, said }).toEqual({ host: ENGINE.host, said: profile })
  expect(port).toBeGreaterThanOrEqual(ENGINE.ports[0])
  expect(port).toBeLessThanOrEqual(ENGINE.ports[1])
}

/** Packets pass both ways: the first ones may come before rtpengine knows the side. */
async function expectTalk(media: Ends, { toPhone, toPbx }: { toPhone: string; toPbx: string }): Promise<void> {
  await until(() => {
    media.pbx.send(toPbx, 'from the PBX')
    media.phone.send(toPhone, 'from the phone')
    expect([media.pbx.heard[0], media.phone.heard[0]]).toEqual(['from the phone', 'from the PBX'])
  })
}

describe('as shipped', () => {
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  test('the SDP is not touched', async () => {
    const media = await ends()
    const { toPhone, toPbx } = await called(media, 'direct')
    expect([toPhone, toPbx]).toEqual([media.pbx.sdp, media.phone.sdp])
  })
})

describe('with rtpengine', () => {
  let engine: Program

  beforeAll(async () => {
    engine = await startEngine()
    world = await openWorld({ defines: DEFINES, streams: true })
  })
  afterAll(async () => {
    await world.close()
    await engine.end('SIGKILL')
  })

  test('RTP passes both ways, and BYE frees the ports', async () => {
    const media = await ends()
    const { call, ...sdp } = await called(media, 'through')
    expectEngine(sdp.toPhone)
    expectEngine(sdp.toPbx)
    await expectTalk(media, sdp)
    const ports = [sdp.toPhone, sdp.toPbx].map((one) => mediaOf(one).port)
    const free = () => Promise.all(ports.map((port) => isFree(ENGINE.host, port)))
    expect(await free()).toEqual([false, false])
    call.hangUp()
    await until(async () => expect(await free()).toEqual([true, true]))
  })

  test('a phone that is woken talks, too', async () => {
    const media = await ends()
    const phone = await world.asleep(world.user(), 'woken-media', { sdp: media.phone.sdp })
    const call = world.pbx.call(phone.user, undefined, media.pbx.sdp)
    await world.woken('woken-media')
    phone.wake()
    phone.register()
    const sdp = await answered(phone, call)
    expectEngine(sdp.toPhone)
    expectEngine(sdp.toPbx)
    await expectTalk(media, sdp)
  })

  test('two phones of a call have ports of their own, and a caller who hangs up frees them', async () => {
    const media = await ends()
    const user = world.user()
    const phones = await Promise.all(['one', 'two'].map(() => world.phone(user, { behaviour: 'rings' })))
    const call = world.pbx.call(user, undefined, media.pbx.sdp)
    await until(() => expect(phones.map((phone) => phone.invites())).toEqual([1, 1]))
    const ports = phones.map((phone) => mediaOf(phone.got('INVITE')[0]?.body ?? '').port)
    expect(new Set(ports).size).toBe(2)
    call.cancel()
    await until(async () => {
      expect(await Promise.all(ports.map((port) => isFree(ENGINE.host, port)))).toEqual([true, true])
    })
  })

  test('one of two phones answers: BYE frees the ports of both', async () => {
    const media = await ends()
    const user = world.user()
    const rings = await world.phone(user, { behaviour: 'rings' })
    const answers = await world.phone(user, { behaviour: 'rings', sdp: media.phone.sdp })
    const call = world.pbx.call(user, undefined, media.pbx.sdp)
    await until(() => expect([rings.invites(), answers.invites()]).toEqual([1, 1]))
    answers.answer()
    const sdp = await answered(answers, call)
    await expectTalk(media, sdp)
    await until(() => expect(rings.cancels()).toBe(1))
    const ports = [rings.got('INVITE')[0]?.body, sdp.toPhone, sdp.toPbx].map((one) => mediaOf(one ?? '').port)
    call.hangUp()
    await until(async () => {
      expect(await Promise.all(ports.map((port) => isFree(ENGINE.host, port)))).toEqual([true, true, true])
    })
  })

  test('a browser is offered ICE and DTLS-SRTP', async () => {
    const media = await ends()
    const phone = await world.phone(world.user(), { transport: 'WS', behaviour: 'rings' })
    world.pbx.call(phone.user, undefined, media.pbx.sdp)
    await until(() => expect(phone.invites()).toBe(1))
    const sdp = phone.got('INVITE')[0]?.body ?? ''
    expectEngine(sdp, 'UDP/TLS/RTP/SAVPF')
    for (const line of ['a=ice-ufrag:', 'a=fingerprint:', 'a=rtcp-mux']) expect(sdp).toContain(line)
  })

  test('what a phone offers the PBX leads to rtpengine, too, and a new offer in its call', async () => {
    const media = await ends()
    const { phone, call, ...sdp } = await called(media, 'again')
    expectEngine(sdp.toPhone)
    call.offerAgain(media.pbx.sdp)
    await until(() => expect(phone.got('INVITE')).toHaveLength(2))
    expectEngine(phone.got('INVITE')[1]?.body ?? '')
    const from = ['From', `<sip:${phone.user}@127.0.0.1>;tag=out`] as const
    const contact = ['Contact', `<sip:${phone.user}@${phone.address()}>`] as const
    const callId = `out-${phone.user}`
    phone.request('INVITE', 'sip:1002@127.0.0.1', [from, contact, ['Call-ID', callId]], media.phone.sdp)
    const offered = () => world.pbx.requests.find((request) => headerOf(request, 'Call-ID') === callId)
    await until(() => expect(offered()).toBeDefined())
    expectEngine(offered()?.body ?? '')
  })

  test('without the holder media goes through rtpengine, too', async () => {
    const media = await ends()
    const phone = await world.phone(world.user(), { sdp: media.phone.sdp })
    await world.holder().end('SIGKILL')
    await until(async () => {
      const call = world.pbx.call(phone.user, undefined, media.pbx.sdp)
      await until(() => expect(phone.got('INVITE').some((invite) => headerOf(invite, 'Call-ID') === call.callId)).toBe(true))
      expect(world.kamailio().output()).toContain('no holder is there')
    })
    expectEngine(phone.got('INVITE').at(-1)?.body ?? '')
  })

  test('a call goes on when rtpengine is dead, with the SDP that it came with', async () => {
    await engine.end('SIGKILL')
    const media = await ends()
    const { toPhone, toPbx } = await called(media, 'dead-engine')
    expect([toPhone, toPbx]).toEqual([media.pbx.sdp, media.phone.sdp])
  })
})
