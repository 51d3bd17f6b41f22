/** The holder as it runs beside Kamailio, which is a socket here, and a real PNS. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { expect, onTestFinished, test } from 'vitest'
import { formatSip, type Headers, headerOf, parseSip, responseTo, type SipRequest } from '../../../pbx/kamailio/sip/message.ts'
import { type GatewaySettings, startGateway } from '../../../pbx/kamailio/start.ts'
import { runBoth, settingsFor } from '../../client/harness.ts'
import { ALERT, FCM, VOIP } from '../../client/keys.ts'
import { until } from '../ari-harness.ts'

const PUSH = `;pn-provider=apns;pn-param=TEAM.com.example.phone.voip&remote;pn-prid=${VOIP}:voip&${ALERT}:remote`
const FCM_PUSH = `;pn-provider=fcm;pn-param=a-project;pn-prid=${FCM}`
const INSTANCE = '<urn:uuid:one>'

async function openUdp() {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

/** `counters`: what Kamailio says to a heartbeat. */
async function runGateway(
  rules: Record<string, unknown> = {},
  counters = 'pings=3;pongs=2;dropped_scanner=7;memory_used=1;memory=4',
) {
  const kamailio = await openUdp()
  const free = await openUdp()
  const listen = `127.0.0.1:${free.address().port}`
  free.close()
  const { relay, pns } = await runBoth()
  const lines: string[] = []
  const registry = new Registry()
  const received: SipRequest[] = []
  const statuses: number[] = []
  const [host, port] = listen.split(':')
  const send = (text: string) => kamailio.send(text, Number(port), host)
  kamailio.on('message', (bytes) => {
    const message = parseSip(bytes.toString())
    if (message === undefined) return
    if ('status' in message) {
      if (headerOf(message, 'CSeq')?.endsWith('INVITE')) statuses.push(message.status)
      return
    }
    received.push(message)
    if (message.method !== 'OPTIONS') return
    send(formatSip(responseTo(message, 200, 'OK', { tag: 'k', headers: [['X-Wakecall-Counters', counters]] })))
  })
  const sip = `127.0.0.1:${kamailio.address().port}`
  const gateway = { sip, listen, holdSeconds: 6, pingMs: 100, ...rules }
  const settings = settingsFor(relay.url, { gateway, apps: { 'TEAM.com.example.phone': 'phone' } }) as GatewaySettings
  const running = await startGateway(settings, pino({}, { write: (line: string) => void lines.push(line) }), pns.url, registry)
  onTestFinished(async () => {
    await running.close()
    kamailio.close()
  })
  let count = 0
  function ask(method: string, user: string, headers: Headers, branch = `b${++count}`): string {
    const own = [
      ['Via', `SIP/2.0/UDP ${sip};branch=z9hG4bK${branch}`],
      ['From', '"Ada" <sip:1002@example.com>;tag=x'],
      ['To', `<sip:${user}@example.com>`],
      ['CSeq', `1 ${method}`],
    ] as const
    const all = [...own.filter(([name]) => !headers.some(([given]) => given === name)), ...headers]
    send(formatSip({ method, uri: `sip:${user}@example.com`, headers: all, body: '' }))
    return branch
  }
  return {
    relay,
    pns,
    registry,
    lines,
    statuses,
    received,
    invite: (user: string, headers: Headers = []) =>
      ask('INVITE', user, [['Call-ID', 'call'], ['X-Wakecall-Call-Id', `call-${user}`], ...headers]),
    cancel: (user: string, branch: string, reason: string) =>
      ask(
        'CANCEL',
        user,
        [
          ['Call-ID', 'call'],
          ['Reason', reason],
        ],
        branch,
      ),
    notify: (user: string, event: string, told: Record<string, string>) =>
      ask('NOTIFY', user, [
        ['Call-ID', `n${++count}`],
        ['X-Wakecall-Event', event],
        ...Object.entries(told).map(([name, value]) => [`X-Wakecall-${name}`, value] as const),
      ]),
    pushes: () => relay.to('POST', '/v1/calls').map(({ body }) => body),
    cancels: () => relay.to('DELETE', '/v1/calls/').map(({ query }) => query),
    devices: async (user: string) => (await pns.ask(`/devices?extension=${user}`)).json().devices,
  }
}

const contactOf = (user: string, push = PUSH) => `sip:${user}@192.0.2.1:5060${push}`

test('a phone that registers is a device, once, with its app; with another token it is the same; unregistered it is none', async () => {
  const { notify, devices, relay } = await runGateway()
  const told = { Phone: INSTANCE, Ruid: 'r' }
  notify('1001', 'registered', { ...told, Contact: contactOf('1001') })
  notify('1001', 'registered', { ...told, Contact: contactOf('1001') })
  await until(async () => expect(await devices('1001')).toMatchObject([{ platform: 'ios', app: 'phone' }]))
  const [{ deviceId }] = await devices('1001')
  notify('1001', 'registered', { ...told, Contact: contactOf('1001', FCM_PUSH) })
  await until(async () => expect(await devices('1001')).toMatchObject([{ platform: 'android', deviceId }]))
  notify('1001', 'unregistered', { ...told, Contact: contactOf('1001', FCM_PUSH) })
  await until(async () => expect(await devices('1001')).toEqual([]))
  expect(relay.to('PUT', '/v1/extensions/1001/').length).toBeLessThan(3)
})

test('a token that cannot be used is said once, and is in no line', async () => {
  const { notify, lines, devices } = await runGateway()
  const partial = contactOf('1001', `;pn-provider=apns;pn-param=T.x.voip&remote;pn-prid=${ALERT}:remote`)
  for (const ruid of ['a', 'b']) notify('1001', 'registered', { Phone: INSTANCE, Ruid: ruid, Contact: partial })
  notify('1002', 'registered', { Phone: '<other>', Ruid: 'c', Contact: contactOf('1002') })
  await until(async () => expect(await devices('1002')).toHaveLength(1))
  expect(lines.filter((line) => line.includes('no VoIP token'))).toHaveLength(1)
  expect(lines.join()).not.toContain(ALERT)
})

test('a call that comes with the first REGISTERs of its phones waits until those are told', async () => {
  const { notify, invite, relay } = await runGateway()
  for (const push of [PUSH, FCM_PUSH]) {
    notify('1001', 'registered', { Phone: `<${push.length}>`, Ruid: 'r', Contact: contactOf('1001', push) })
  }
  invite('1001')
  await until(() => expect(relay.to('POST', '/v1/calls')).toHaveLength(1))
  const paths = relay.received.map(({ path }) => path)
  const before = paths.slice(0, paths.indexOf('/v1/calls'))
  expect(new Set(before.filter((path) => path.startsWith('/v1/extensions/1001/devices/'))).size).toBe(2)
})

test('a call: held and pushed; the phone that wakes is told of, and whoever sleeps when it is answered', async () => {
  const { invite, notify, cancel, pushes, cancels, statuses, relay, pns, lines } = await runGateway()
  for (const extension of ['1001', '1002'])
    await pns.post('/register', { extension, platform: 'ios', token: VOIP, alertToken: ALERT })
  const branches = ['1001', '1002'].map((user) => invite(user))
  await until(() => expect(statuses).toEqual([180, 180]))
  await until(() => expect(lines.filter((line) => line.includes('"msg":"pushed"'))).toHaveLength(2))
  expect(pushes()[0]).toMatchObject({ callId: 'call-1001', to: '1001', from: { number: '1002', name: 'Ada' }, awake: [] })
  notify('1001', 'registered', { Phone: 'a Call-ID', Ruid: 'r', Contact: contactOf('1001'), Given: 'other call ' })
  await until(() =>
    expect(relay.to('POST', '/v1/wakes')[0]?.body.wakes).toMatchObject([{ callId: 'call-1001', extension: '1001' }]),
  )
  cancel('1001', branches[0] ?? '', 'SIP;cause=200;text="Call completed elsewhere"')
  cancel('1002', branches[1] ?? '', 'SIP;cause=200;text="Call completed elsewhere"')
  await until(() => expect(statuses.slice(2)).toEqual([487, 487]))
  await until(() => expect(cancels()).toEqual(['reason=answered_elsewhere']))
  expect(relay.to('DELETE', '/v1/calls/call-1002')).toHaveLength(1)
})

test('a phone that answers its ping is left out of the push', async () => {
  const { invite, notify, pushes, devices } = await runGateway({ pingMs: 5_000 })
  const told = { Phone: INSTANCE, Ruid: 'r', Contact: contactOf('1001') }
  notify('1001', 'registered', told)
  await until(async () => expect(await devices('1001')).toHaveLength(1))
  invite('1001', [['X-Wakecall-Pinged', '1']])
  notify('1001', 'awake', { ...told, Given: 'call ' })
  const [{ deviceId }] = await devices('1001')
  await until(() => expect(pushes()).toMatchObject([{ awake: [deviceId] }]))
})

test.each([
  [[['Privacy', 'id'] as const], { number: 'anonymous' }],
  [[['From', '<sip:%C3%BC@example.com>;tag=x'] as const], { number: 'anonymous' }],
  [[['From', '"Bob" <tel:+442079460000>;tag=x'] as const], { number: '+442079460000', name: 'Bob' }],
])('with %j the caller is %j', async (headers, from) => {
  const { invite, pushes } = await runGateway()
  invite('1001', headers)
  await until(() => expect(pushes()).toMatchObject([{ from }]))
  expect(pushes()[0]?.from).toEqual(from)
})

test('nobody can be pushed to: Kamailio is told to ring all, and the hold ends', async () => {
  const { invite, statuses, received, relay } = await runGateway()
  relay.fate = () => ({ status: 503, body: '' })
  invite('1001')
  await until(() => expect(statuses).toEqual([180, 504]))
  expect(received.filter(({ uri }) => uri.startsWith('sip:1001@')).map(({ method }) => method)).toEqual(['OPTIONS'])
})

test('a phone that comes too late gets an INVITE by way of Kamailio, to it alone', async () => {
  const { invite, cancel, notify, pushes, received, pns, lines } = await runGateway()
  await pns.post('/register', { extension: '1001', platform: 'ios', token: VOIP, alertToken: ALERT })
  const branch = invite('1001')
  await until(() => expect(pushes()).toHaveLength(1))
  await until(() => expect(lines.join()).toContain('"msg":"pushed"'))
  cancel('1001', branch, '')
  notify('1001', 'registered', { Phone: 'a Call-ID', Ruid: 'r-late', Contact: contactOf('1001') })
  await until(() => expect(received.map(({ method }) => method)).toContain('INVITE'))
  const rung = received.find(({ method }) => method === 'INVITE')
  expect(rung?.uri).toMatch(/^sip:1001@/)
  expect(rung && [headerOf(rung, 'X-Wakecall-Ruid'), headerOf(rung, 'X-Wakecall-Call-Id')]).toEqual(['r-late', 'call-1001'])
})

test("the holder's and Kamailio's figures are on /metrics, also after Kamailio began anew", async () => {
  const { invite, statuses, registry } = await runGateway()
  invite('1001')
  await until(() => expect(statuses).toContain(180))
  await until(async () => expect(await registry.metrics()).toMatch(/wakecall_gateway_pings_total 3$/m))
  const metrics = await registry.metrics()
  expect(metrics).toMatch(/wakecall_gateway_dropped_total\{reason="scanner"\} 7/)
  expect(metrics).toMatch(/wakecall_gateway_held_calls \d/)
  expect(metrics).toMatch(/wakecall_gateway_kamailio_memory_used_ratio 0.25$/m)
})

test('what it does not know it answers all the same, and Kamailio that is silent is told of once', async () => {
  const { notify, lines, devices } = await runGateway()
  notify('1001', 'invented', {})
  notify('1001', 'registered', { Phone: INSTANCE, Ruid: 'r', Contact: contactOf('1001') })
  await until(async () => expect(await devices('1001')).toHaveLength(1))
  expect(lines.filter((line) => line.includes('Kamailio hears the holder'))).toHaveLength(1)
})
