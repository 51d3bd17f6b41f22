import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../client/clock.ts'
import { createStore } from '../client/store/store.ts'

/** As long as Google's are. */
const token = (i: number) => `${i}`.padStart(152, 'fcm-token-')

/** The i-th of many Android devices, two on an extension. */
export const device = (i: number) => ({
  extension: String(1000 + Math.floor(i / 2)),
  deviceId: `device-${i}`,
  platform: 'android' as const,
  app: 'phone',
  token: token(i),
})

/** The data of a PNS in `dir` with so many devices, which the relay has confirmed. */
export async function storeDevices(dir: string, count: number): Promise<void> {
  await mkdir(dir, { recursive: true })
  const store = createStore(join(dir, 'data'), systemClock)
  for (let i = 0; i < count; i++) {
    store.register(device(i))
    for (const { extension, deviceId, version } of store.waiting(0, 1)) {
      store.settle({ extension, deviceId, version, outcome: 'confirmed' })
    }
  }
  store.close()
}
