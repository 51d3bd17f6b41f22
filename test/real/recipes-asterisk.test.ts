/** The dialplan without Stasis() as it is shipped, on a real Asterisk, with the real command and callers and phones by sipp. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Asterisk, installAsterisk, startAsterisk } from './asterisk.ts'
import { openWorld, outcome, sippIn, until, type World } from './recipes/world.ts'

const recipe = (name: string) => readFileSync(new URL(`../../pbx/asterisk/conf/${name}`, import.meta.url), 'utf8')
const TOKEN = 'aa'.repeat(32)

const endpoint = (name: string) => `
[${name}]
type=endpoint
context=phones
allow=!all,ulaw
direct_media=no
aors=${name}
[${name}]
type=aor
max_contacts=4
remove_existing=yes
`

const PJSIP = `[global]
type=global
endpoint_identifier_order=username
[udp]
type=transport
protocol=udp
bind=127.0.0.1:5060
${['sipp', '1001', '1002', '1003', '1004', '1005'].map(endpoint).join('')}`

const PHONES = `
[phones]
exten => _1XXX,1,Gosub(wakecall,\${EXTEN},1)
 same => n,Hangup(20)
exten => _2XXX,1,AGI(/wakecall.py,push_call,to=\${EXTEN},callId=\${CHANNEL(linkedid)}-\${EXTEN})
 same => n,GotoIf($[0\${WAKECALL_ANSWER} = 0]?nobody)
 same => n,Answer()
 same => n,Wait(5)
 same => n(nobody),Hangup(20)
`

let world: World
let sip: ReturnType<typeof sippIn>
let asterisk: Asterisk

const rings = (extension: string) => world.told('POST', '/v1/calls').filter(({ body }) => body.to === extension)
const cancels = (extension: string) =>
  rings(extension).flatMap(({ body }) => world.told('DELETE', `/v1/calls/${body.callId}`).map(({ query }) => query))

async function untilRung(extension: string): Promise<string> {
  await until(() => expect(rings(extension)).toHaveLength(1))
  return String(rings(extension)[0]?.body.callId)
}

beforeAll(async () => {
  const root = await installAsterisk()
  writeFileSync(join(root, 'wakecall.py'), recipe('wakecall.py'), { mode: 0o755 })
  world = await openWorld()
  sip = sippIn(world.namespace, world.dir)
  await world.startPns()
  asterisk = await startAsterisk(world.namespace, {
    'extensions.conf': recipe('without-stasis.conf') + PHONES,
    'pjsip.conf': PJSIP,
  })
})

afterAll(() => world?.close())

test('a held call is delivered to the phone that registers after the push, and the wake is told', async () => {
  await world.register('1001', TOKEN)
  const phone = sip.phone()
  const caller = sip.call('1001')
  const callId = await untilRung('1001')
  expect(callId).toMatch(/^\d+\.\d+-1001$/)
  expect(rings('1001')[0]?.body).toMatchObject({ from: { number: 'sipp', name: 'sipp' }, ringSeconds: 30 })
  // As Linphone writes it: the `&` must reach the phone, and must not end the contact for Dial.
  const pn = `pn-provider=apns;pn-param=TEAM.phone.voip&remote;pn-prid=${TOKEN}:voip&${'bb'.repeat(32)}:remote`
  await sip.register('1001', `${phone.address};${pn}`)
  expect(await outcome(caller), asterisk.output()).toBe(0)
  expect(readFileSync(phone.messages, 'utf8')).toContain(`INVITE sip:1001@${phone.address};${pn} SIP/2.0`)
  await until(() => expect(new Set(cancels('1001'))).toEqual(new Set(['reason=answered_elsewhere'])))
  await until(() =>
    expect(world.told('POST', '/v1/wakes').map(({ body }) => body.wakes)).toEqual([
      [expect.objectContaining({ callId, extension: '1001', platform: 'ios' })],
    ]),
  )
})

test('a phone without a token in its Contact gets the call too, and no wake is told', async () => {
  await world.register('1002', 'cc'.repeat(32))
  const phone = sip.phone()
  const caller = sip.call('1002')
  await untilRung('1002')
  await sip.register('1002', phone.address)
  expect(await outcome(caller), asterisk.output()).toBe(0)
  const wakes = world.told('POST', '/v1/wakes').flatMap(({ body }) => body.wakes as { extension: string }[])
  expect(wakes.filter(({ extension }) => extension === '1002')).toEqual([])
})

test('a caller who hangs up takes the push back', async () => {
  await world.register('1003', 'dd'.repeat(32))
  await sip.hangUp('1003')
  await until(() => expect(new Set(cancels('1003'))).toEqual(new Set(['reason=caller_hung_up'])))
})

test('nobody waits where there is nobody to wake', async () => {
  expect(await outcome(sip.call('1004'))).toBe(1)
  expect(rings('1004')).toHaveLength(1)
  expect(cancels('1004')).toEqual([])
})

test('an AGI script asks too', async () => {
  await world.register('2001', '11'.repeat(32))
  expect(await outcome(sip.call('2001')), asterisk.output()).toBe(0)
  expect(rings('2001').map(({ body }) => body.from)).toEqual([{ number: 'sipp', name: 'sipp' }])
  expect(await outcome(sip.call('2002'))).toBe(1)
  expect(rings('2002')).toHaveLength(1)
})

test('without the PNS a registered phone rings as ever', async () => {
  await world.register('1005', 'ee'.repeat(32))
  const phone = sip.phone()
  await sip.register('1005', phone.address)
  await world.stopPns()
  expect(await outcome(sip.call('1005')), asterisk.output()).toBe(0)
  expect(await outcome(sip.call('2001'))).toBe(1)
  expect(rings('1005')).toEqual([])
})
