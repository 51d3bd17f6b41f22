import type { Server } from 'node:http'
import { cancel } from '../../core/cancel.ts'
import { systemClock as clock, isoTime } from '../../core/clock.ts'
import { list, showDevice } from '../../core/list.ts'
import { createRate } from '../../core/rate.ts'
import { register, remove } from '../../core/register.ts'
import { ring } from '../../core/ring.ts'
import { recordWakes } from '../../core/wakes.ts'
import { signedHttp } from '../../lambdas/kit/http.ts'
import type { Log } from '../../lambdas/kit/log.ts'
import { createPbxCache } from '../../lambdas/kit/pbx-cache.ts'
import { pushed } from '../../lambdas/kit/pushed.ts'
import type { Handler, HttpEvent } from '../../lambdas/kit/request.ts'
import { createGateway } from '../../local/relay/gateway.ts'
import type { Delivery } from '../../wire/delivery.ts'
import { createMemory, type Stores } from '../core/memory.ts'
import { APP } from './model.ts'
import { PBX_ID } from './place.ts'
import type { Random } from './random.ts'
import type { createSns, Pushed } from './sns.ts'

const application = (platform: string) => `arn:aws:sns:eu-west-1:123456789012:app/${platform}/phone`
const APPS = {
  [APP]: { bundle: APP, voip: application('APNS_VOIP'), alert: application('APNS'), fcm: application('GCM') },
}
const quotas = { devices: 1_000_000, pushesPerMinute: 10_000_000 }

/** Told of every request, of what a call or its end came to, and of what this relay could not do, which is a defect. */
type Observers = {
  asked: (event: HttpEvent) => void
  delivered: (event: Pushed['event'], callId: string, deliveries: readonly Delivery[]) => void
  failed: (what: string, error: unknown) => void
}

export type Rules = Awaited<ReturnType<typeof createRules>>

/** The relay's own chain and rules over tables in memory. */
export async function createRules(
  key: { id: string; publicKey: string },
  sns: ReturnType<typeof createSns>,
  random: Random,
  { asked, delivered, failed }: Observers,
) {
  const { pbxs, rates } = createMemory()
  const pbx = { id: PBX_ID, name: 'Headquarters', quotas, keys: { [key.id]: { publicKey: key.publicKey, addedAt: 0 } } }
  await pbxs.create(pbx)

  const portsOf = (tables: Stores) => {
    const rate = createRate(rates, clock)
    return {
      ...tables,
      ...sns,
      apps: APPS,
      clock,
      rate,
      random: () => random.between(0, 1),
      callerOf: (from: string) => from,
      report: failed,
    }
  }
  let ports = portsOf(createMemory())

  const log: Log = { info: () => {}, measured: () => {}, error: (what, error) => void failed(what, error) }
  const chain = signedHttp(
    {
      register: async ({ pbx, params, body }) => {
        const { device } = await register(ports, pbx, { pbx: pbx.id, ...params }, body)
        return { answer: showDevice(device) }
      },
      remove: async ({ pbx, params, query }) => {
        await remove(ports, { pbx: pbx.id, ...params }, query.version)
        return { answer: undefined }
      },
      list: async ({ pbx, params: { extension } }) => ({
        answer: { extension, devices: await list(ports.devices, pbx.id, extension) },
      }),
      ring: async ({ pbx, body }) => {
        const rung = await ring(ports, pbx, body)
        delivered('call', body.callId, rung.answer.deliveries)
        return pushed(rung, {})
      },
      cancel: async ({ pbx, params: { callId }, query }) => {
        const answer = await cancel(ports, pbx, callId, query.reason)
        delivered('cancel', callId, answer.deliveries)
        return pushed({ answer }, {})
      },
      wakes: async ({ pbx, body }) => ({ answer: { recorded: recordWakes({ clock, record: () => {} }, pbx.id, body.wakes) } }),
      health: async () => ({ answer: { status: 'ok', version: '1', time: isoTime(clock.now()) } }),
    },
    { log, pbxs: createPbxCache(pbxs, clock), clock },
  )
  const handler: Handler = (event, context) => {
    asked(event)
    return chain(event, context)
  }
  const gateway: Server = createGateway({
    calls: handler,
    devices: handler,
    messages: handler,
    history: handler,
    keys: handler,
  })
  return {
    gateway,
    devicesOf: (extension: string) => ports.devices.of(PBX_ID, extension),
    /** The table is lost; keys and endpoints stay. */
    wipe: () => {
      ports = portsOf(createMemory())
    },
    /** A device that only the relay has. */
    plant: (extension: string, token: string) =>
      register(
        ports,
        pbx,
        { pbx: PBX_ID, extension, deviceId: 'planted' },
        { platform: 'android', app: APP, tokens: { fcm: token }, version: 1 },
      ),
  }
}
