import type { Apps } from '../../core/apps.ts'
import type { Device, DeviceKey } from '../../core/device.ts'
import type { WakeEvent } from '../../core/history.ts'
import type { Pbx } from '../../core/pbx.ts'
import { createRate } from '../../core/rate.ts'
import { type RegisterPorts, register } from '../../core/register.ts'
import type { RingPorts } from '../../core/ring.ts'
import type { RingRequest } from '../../wire/calls.ts'
import type { DeviceRequest } from '../../wire/devices.ts'
import { virtualClock } from './clock.ts'
import { createMemory } from './memory.ts'
import { createSns } from './sns.ts'

const application = (platform: string) => `arn:aws:sns:eu-west-1:123456789012:app/${platform}/phone`

/** `phone` is complete, `calls-only` has no platform application for alerts. */
export const APPS: Apps = {
  phone: {
    bundle: 'com.example.phone',
    voip: application('APNS_VOIP'),
    alert: application('APNS'),
    fcm: application('GCM'),
  },
  'calls-only': { bundle: 'com.example.calls', voip: application('APNS_VOIP') },
}

export const PBX: Pbx = { id: 'acme', name: 'Acme', keys: {}, quotas: { devices: 100, pushesPerMinute: 600 } }
export const OTHER_PBX: Pbx = { ...PBX, id: 'globex', name: 'Globex' }

export const keyOf = (deviceId: string, extension = '1001', pbx = PBX.id): DeviceKey => ({ pbx, extension, deviceId })

export const iphone = (name: string, version = 1, app = 'phone'): DeviceRequest => ({
  platform: 'ios',
  app,
  tokens: { voip: `voip-${name}`, alert: `alert-${name}` },
  version,
})

export const callsOnlyIphone = (name: string, version = 1): DeviceRequest => ({
  platform: 'ios',
  app: 'phone',
  tokens: { voip: `voip-${name}` },
  version,
})

export const android = (name: string, version = 1): DeviceRequest => ({
  platform: 'android',
  app: 'phone',
  tokens: { fcm: `fcm-${name}` },
  version,
})

export const call = (callId: string, more: Partial<RingRequest> = {}): RingRequest => ({
  callId,
  to: '1001',
  from: { number: '+442079460000', name: 'Alice' },
  ringSeconds: 30,
  elapsedMs: 0,
  ...more,
})

/** Everything that the rules ask for, in memory and in virtual time; `random` gives the longest back-off there is. */
export function createWorld(arns: 'fresh' | 'same' = 'fresh') {
  const clock = virtualClock()
  const sns = createSns(clock, arns)
  const { rates, ...stores } = createMemory()
  const history: WakeEvent[] = []
  const reports: string[] = []
  const ports: RingPorts & RegisterPorts & { record: (wake: WakeEvent) => void } = {
    ...stores,
    apps: APPS,
    clock,
    endpoints: sns.endpoints,
    pusher: sns.pusher,
    rate: createRate(rates, clock),
    random: () => 1,
    record: (wake) => void history.push(wake),
    callerOf: (number) => number,
    report: (what) => reports.push(what),
  }
  return { ports, stores, rates, clock, sns, history, reports }
}

export type World = ReturnType<typeof createWorld>

export const registerAll = (world: World, requests: Record<string, DeviceRequest>, extension = '1001'): Promise<Device[]> =>
  Promise.all(
    Object.entries(requests).map(
      async ([deviceId, request]) => (await register(world.ports, PBX, keyOf(deviceId, extension), request)).device,
    ),
  )
