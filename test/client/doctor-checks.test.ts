import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { checkAri } from '../../client/doctor/checks/ari.ts'
import { judgeSpace } from '../../client/doctor/checks/disk.ts'
import { checkGateway } from '../../client/doctor/checks/gateway/answers.ts'
import { checkNames } from '../../client/doctor/checks/names.ts'
import { checkOutbox } from '../../client/doctor/checks/outbox.ts'
import { checkService } from '../../client/doctor/checks/service.ts'
import { ipCounters, judgeTransport } from '../../client/doctor/checks/sip-udp.ts'
import { checkUnit, judgeUnit } from '../../client/doctor/checks/unit.ts'
import { checkWakes, judgeWakes } from '../../client/doctor/checks/wakes.ts'
import { stateOfPns } from '../../client/doctor/pns.ts'
import { VERSION } from '../../client/version.ts'
import type { TraceAnswer, TraceStep } from '../../wire/trace.ts'
import { runBoth, settingsFor, temporaryDir } from './harness.ts'

const idsOf = (findings: readonly { id: string }[]) => findings.map(({ id }) => id)
const at = '2026-01-01T00:00:00.000Z'

async function listening(listener: RequestListener, where: number | string = 0) {
  const server = createServer(listener)
  if (typeof where === 'string') server.listen(where)
  else server.listen(where, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return typeof where === 'string' ? where : `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const health = { version: VERSION, devices: 0, names: [], outbox: { waiting: 0, parked: 0 } }

it.each([
  ['disk_full', { bavail: 100 }],
  ['disk_full', { ffree: 0 }],
  ['disk_low', { bavail: 10_000 }],
  ['disk_has_space', {}],
  ['disk_has_space', { files: 0, ffree: 0 }],
])('%s: %j', (id, change) => {
  expect(judgeSpace('/data', { bavail: 1_000_000, bsize: 4096, files: 10, ffree: 5, ...change }).id).toBe(id)
})

it('a name that only an old answer is known of', () => {
  const names = [{ host: 'relay.example', ageSeconds: 900, stale: true }]
  expect(checkNames({ ...health, names })).toMatchObject([{ id: 'dns_stale', seen: expect.stringContaining('900 s') }])
  expect(checkNames({ ...health, names: [{ host: 'relay.example', ageSeconds: 9, stale: false }] })).toEqual([])
})

it.each([
  [['outbox_fresh'], { waiting: 3, oldestSeconds: 2 }],
  [['outbox_old'], { waiting: 3, oldestSeconds: 61 }],
  [['outbox_fresh', 'changes_parked'], { parked: 2, refusals: { token_refused: 2 } }],
])('%j: %j', (ids, outbox) => {
  expect(idsOf(checkOutbox({ ...health, outbox: { ...health.outbox, ...outbox } }))).toEqual(ids)
})

it('why changes were refused is shown', () => {
  const [, parked] = checkOutbox({ ...health, outbox: { waiting: 0, parked: 2, refusals: { token_refused: 2 } } })
  expect(parked?.seen).toContain('(token_refused 2)')
})

it('an older version that still runs', () => {
  const run = (version: string) => idsOf(checkService({ listen: '127.0.0.1:1' }, { is: 'up', health: { ...health, version } }))
  expect([run(VERSION), run('0.0.0')]).toEqual([['service_runs'], ['service_runs', 'service_outdated']])
})

it('a PNS on a Unix socket, and whose it is', async () => {
  const path = await listening((_request, response) => void response.end(JSON.stringify(health)), join(temporaryDir(), 'pns'))
  const settings = { listen: `unix:${path}` }
  const state = await stateOfPns(settings)
  expect(checkService(settings, state)[0]).toMatchObject({
    id: 'service_runs',
    seen: expect.stringContaining(`pid ${process.pid} (`),
  })
  expect(await stateOfPns({ listen: `unix:${path}-not` })).toEqual({ is: 'down' })
})

it.each([
  ['unit_active', { ActiveState: 'active' }],
  ['unit_failed', { ActiveState: 'failed' }],
  ['unit_inactive', { ActiveState: 'inactive' }],
  ['unit_disabled', { UnitFileState: 'disabled' }],
  [undefined, { LoadState: 'not-found' }],
])('%s: %j', (id, change) => {
  const unit = {
    LoadState: 'loaded',
    ActiveState: 'active',
    SubState: 'running',
    UnitFileState: 'enabled',
    NRestarts: '0',
    ...change,
  }
  const shown = Object.entries(unit).map(([name, value]) => `${name}=${value}\n`)
  expect(judgeUnit(shown.join(''))[0]?.id).toBe(id)
})

it('a service that hangs', async () => {
  const settings = { listen: await listening(() => {}) }
  const state = await stateOfPns(settings, 20)
  expect(checkService(settings, state)).toMatchObject([
    { id: 'service_silent', seen: expect.stringContaining(`pid ${process.pid} (`) },
  ])
})

it('systemd is asked for the unit', async () => {
  const bin = temporaryDir()
  const script =
    '#!/bin/sh\n[ "$2" = wakecall.service ] && printf "LoadState=loaded\\nActiveState=failed\\nResult=exit-code\\n"\n'
  writeFileSync(join(bin, 'systemctl'), script, { mode: 0o755 })
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await checkUnit()).toMatchObject([{ id: 'unit_failed', seen: expect.stringContaining('exit-code') }])
  writeFileSync(join(bin, 'systemctl'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  expect(await checkUnit()).toEqual([])
})

const SNMP = `Ip: Forwarding ReasmFails FragOKs FragFails FragCreates
Ip: 2 0 3 0 6
Icmp: InMsgs
Icmp: 5
`

it('counters are read by their names', () => {
  expect(ipCounters(SNMP)).toMatchObject({ FragCreates: 6, FragFails: 0, ReasmFails: 0 })
})

it.each([
  [['sip_transport_fits'], { udp: [53], tcp: [] }, { FragCreates: 6 }],
  [['sip_transport_fits'], { udp: [5060], tcp: [5061] }, { FragCreates: 0 }],
  [['sip_udp_fragments'], { udp: [5060], tcp: [5060] }, { FragCreates: 6 }],
  [['sip_udp_only'], { udp: [5060], tcp: [] }, {}],
])('%j: %j %j', (ids, ports, counters) => {
  expect(idsOf(judgeTransport(ports, counters))).toEqual(ids)
})

const ARI = { username: 'wakecall', password: 'a-password' }
const ariAt = (where: string) => settingsFor('https://relay.example', { ari: { ...ARI, url: `http://${where}/ari` } })

it.each([
  ['ari_answers', 200],
  ['ari_refused', 401],
  ['ari_stranger', 404],
])('%s: %i', async (id, status) => {
  let given: unknown[] = []
  const where = await listening(({ url, headers }, response) => {
    given = [url, headers.authorization]
    response.writeHead(status).end('{}')
  })
  const findings = await checkAri(ariAt(where))
  expect(idsOf(findings)).toEqual([id])
  expect(given).toEqual(['/ari/asterisk/info', `Basic ${Buffer.from('wakecall:a-password').toString('base64')}`])
  expect(JSON.stringify(findings)).not.toContain(ARI.password)
})

it('ARI that is not there, and ARI that is not wanted', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const findings = await checkAri(ariAt(`127.0.0.1:${port}`))
  expect(findings).toMatchObject([{ id: 'ari_unreachable', seen: expect.stringContaining('ECONNREFUSED') }])
  expect(await checkAri(settingsFor('https://relay.example'))).toEqual([])
})

it('a SIP gateway that answers, whatever it answers, and one that is not there', async () => {
  const socket = createSocket('udp4')
  socket.on('message', (packet, { port, address }) => {
    expect(packet.toString()).toMatch(/^OPTIONS sip:127\.0\.0\.1:\d+ SIP\/2\.0\r\nVia: SIP\/2\.0\/UDP .*\r\n\r\n$/s)
    socket.send('SIP/2.0 405 Method Not Allowed\r\n\r\n', port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const settings = settingsFor('https://relay.example', { gateway: { sip: `127.0.0.1:${socket.address().port}` } })
  expect(await checkGateway(settings)).toMatchObject([{ id: 'gateway_answers', seen: expect.stringContaining('405') }])
  await new Promise<void>((resolve) => socket.close(resolve))
  expect(await checkGateway(settings)).toMatchObject([{ id: 'gateway_silent', seen: expect.stringContaining('ECONNREFUSED') }])
  expect(await checkGateway(settingsFor('https://relay.example'))).toEqual([])
})

const step = (step: TraceStep['step'], more: Partial<TraceStep> = {}): TraceStep => ({ step, at, deviceId: 'd1', ...more })
const traceOf = (platform: 'ios' | 'android', ...steps: TraceStep[]): TraceAnswer => ({
  callId: 'c1',
  uuid: '6ba7b810-9dad-51d1-80b4-00c04fd430c8',
  to: '1001',
  expiresAt: at,
  devices: [{ deviceId: 'd1', platform, outcome: 'accepted', unknown: [] }],
  steps,
})

it.each([
  [
    'pushes_refused',
    /2× ios wrong_environment: .*Apple/,
    [
      traceOf('ios', step('provider_refused', { reason: 'wrong_environment' })),
      traceOf('ios', step('provider_refused', { reason: 'wrong_environment' })),
    ],
  ],
  ['pushes_refused', /android unregistered: /, [traceOf('android', step('provider_refused', { reason: 'unregistered' }))]],
  ['pushes_refused', /ios wrong_topic: /, [traceOf('ios', step('provider_refused', { reason: 'wrong_topic' }))]],
  ['push_service_unreachable', /Android/, [traceOf('android', step('provider_accepted'))]],
  ['not_checked', /1 pushes/, [traceOf('ios', step('sns_accepted'))]],
  ['phones_silent', /iPhones/, [traceOf('ios', step('provider_accepted'))]],
  ['phones_wake', /3 of the last 4/, [traceOf('ios', step('woke'))]],
] as const)('%s of the last calls', (id, seen, traces) => {
  expect(judgeWakes({ calls: 4, woken: 3 }, traces)).toMatchObject([{ id, seen: expect.stringMatching(seen) }])
})

it('not one wake of all calls: perhaps nobody reports them', () => {
  const traces = [traceOf('android', step('provider_accepted'))]
  expect(idsOf(judgeWakes({ calls: 4, woken: 0 }, traces))).toContain('wakes_unreported')
  expect(idsOf(judgeWakes({ calls: 4, woken: 1 }, traces))).not.toContain('wakes_unreported')
})

it('only calls without a wake that are old enough are traced', async () => {
  const asked: string[] = []
  const calls = [
    { callId: 'too/new', agoSeconds: 1, woken: false },
    { callId: 'asleep', agoSeconds: 60, woken: false },
    { callId: 'awake', agoSeconds: 70, woken: true },
  ]
  const listen = await listening(({ url = '' }, response) => {
    asked.push(url)
    response.end(
      JSON.stringify(url === '/calls' ? { calls } : traceOf('ios', step('provider_refused', { reason: 'unregistered' }))),
    )
  })
  expect(await checkWakes({ listen })).toMatchObject([
    { id: 'pushes_refused', seen: expect.stringContaining('1 of the last 2 calls') },
  ])
  expect(asked).toEqual(['/calls', '/calls/asleep'])
})

it('a trace that the relay does not give is said to be left out', async () => {
  const calls = [{ callId: 'c1', agoSeconds: 60, woken: false }]
  const listen = await listening(({ url }, response) => void response.end(url === '/calls' ? JSON.stringify({ calls }) : '{}'))
  expect(idsOf(await checkWakes({ listen }))).toContain('not_checked')
})

it('GET /calls lists the newest calls first, and whether a phone woke', async () => {
  const { pns } = await runBoth()
  for (const callId of ['c1', 'c2']) await pns.post('/push_call', { to: '1001', from: '1002', callId })
  expect((await pns.ask('/calls')).json()).toMatchObject({
    calls: [
      { callId: 'c2', agoSeconds: expect.any(Number), woken: false },
      { callId: 'c1', agoSeconds: expect.any(Number), woken: false },
    ],
  })
})
