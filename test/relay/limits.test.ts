import { expect, onTestFinished, test } from 'vitest'
import { startRelay } from '../../local/relay/relay.ts'
import { android, iphone } from './devices.ts'
import { expectProblem, openRelay } from './harness.ts'
import type { Answer } from './http.ts'
import { pbxClient } from './pbx.ts'

const DEVICES = 4
const PUSHES = 5
const PUBLISHES = 12
const quotas = { devices: DEVICES, pushesPerMinute: PUSHES }
const { a, b, cloud, pbxs, seen, sees } = await openRelay({ publishPerSecond: PUBLISHES, quotas })

const remaining = ({ headers }: Answer) => Number(/^"pushes";r=(\d+);t=\d+$/.exec(String(headers.ratelimit))?.[1])

/** Asks with new identifiers until one is refused: the minute may turn meanwhile, so not after a certain number. */
async function untilRefused(ask: (id: string) => Promise<Answer>) {
  const accepted: Answer[] = []
  for (;;) {
    const id = `until-${accepted.length}`
    const answer = await ask(id)
    if (answer.status !== 202) return { accepted, id, refused: answer }
    accepted.push(answer)
  }
}

function expectRateLimit({ accepted, refused }: { accepted: Answer[]; refused: Answer }) {
  expect(remaining(accepted[0] as Answer)).toBe(PUSHES - 2)
  for (const { headers } of [...accepted, refused]) expect(headers['ratelimit-policy']).toBe(`"pushes";q=${PUSHES};w=60`)
  expectProblem(refused, 'push_rate_exceeded')
  expect(refused.headers.ratelimit).toBe(`"pushes";r=0;t=${refused.headers['retry-after']}`)
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
}

await a.register('1001', 'iphone', iphone('alice-iphone'))
await a.register('1001', 'android', android('alice-android'))

test('pushes a minute: told in every answer, refused beyond, and what was refused can be repeated', async () => {
  const used = await untilRefused((callId) => a.ring({ callId, to: '1001' }))
  expectRateLimit(used)
  expect(remaining(used.accepted.at(-1) as Answer)).toBe(0)
  expectProblem(await a.ring({ callId: used.id, to: '1001' }), 'push_rate_exceeded')
  expect((await a.cancel('until-0')).json).toMatchObject({ known: true, devices: 2 })
  expect((await b.ring({ callId: used.id, to: '1999' })).status).toBe(202)

  const next = await startRelay({ port: 0, pbxs, env: cloud.env, log: () => {} })
  onTestFinished(async () => void (await next.close()))
  const rung = await pbxClient(next.url, a.signer).ring({ callId: used.id, to: '1001' })
  expect(rung.json).toMatchObject({ callId: used.id, devices: 2 })
  expect(rung.json.repeated).toBeUndefined()
})

test('a repeat takes nothing of the quota and has no rate limit', async () => {
  const again = await a.ring({ callId: 'until-0', to: '1001' })
  expect(again.json.repeated).toBe(true)
  expect(again.headers).not.toHaveProperty('ratelimit')
  expect(again.headers).not.toHaveProperty('ratelimit-policy')
})

test('messages are counted too, together with the calls', async () => {
  expectRateLimit(await untilRefused((messageId) => a.message({ messageId, to: '1001' })))
})

test('devices: refused beyond the quota, and one that goes makes room', async () => {
  for (let n = 2; n < DEVICES; n++) expect((await a.register('1002', `phone-${n}`, android(`bob-${n}`))).status).toBe(200)
  const refused = await a.register('1002', 'one-more', android('bob-more'))
  expectProblem(refused, 'device_quota_exceeded')
  expect(refused.headers).toMatchObject({ ratelimit: '"devices";r=0', 'ratelimit-policy': `"devices";q=${DEVICES}` })
  expect(refused.headers).toHaveProperty('retry-after')
  expect((await a.register('1002', 'phone-2', android('bob-2', 'accept', 2))).status).toBe(200)
  await a.remove('1002', 'phone-2', 3)
  expect((await a.register('1002', 'one-more', android('bob-more'))).status).toBe(200)
})

test('SNS throttles: pushed as soon as it lets them, and never more often than it took', async () => {
  const phones = Array.from({ length: 2 * PUBLISHES }, (_, i) => `throttled-${i}`)
  await Promise.all(phones.map((phone) => b.register('1003', phone, android(phone))))
  const { json } = await b.ring({ callId: 'throttled', to: '1003' })
  expect(json.deliveries).toHaveLength(phones.length)
  expect(json.devices).toBeGreaterThanOrEqual(PUBLISHES)
  for (const { deviceId, outcome, reason } of json.deliveries) {
    if (outcome === 'accepted') await sees(deviceId, 'push', json.uuid)
    else expect({ outcome, reason, pushes: seen(deviceId, 'push') }).toEqual({ outcome: 'retry', reason: 'throttled', pushes: 0 })
  }
  for (const phone of phones) expect(seen(phone, 'push', json.uuid)).toBeLessThanOrEqual(1)
  expect((await b.list('1003')).json.devices).toHaveLength(phones.length)
})
