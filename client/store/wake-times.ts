import type { DatabaseSync } from 'node:sqlite'
import type { Platform } from '../../wire/delivery.ts'
import { inTransaction } from './database.ts'

/** The time between the request to push a call and the wake of a device, in ms; `at` since 1970. */
export type WakeTime = { extension: string; deviceId: string; platform: Platform; wakeMs: number; at: number }

/** How many wakes took `fromMs` or longer, but less than `toMs`. */
export type WakeBucket = { platform: Platform; fromMs: number; toMs: number; count: number }

/** A wake of a device: when, in ms since 1970, and how long it took, in ms. */
export type DeviceWake = readonly [at: number, wakeMs: number]

const SLOT_MS = 5 * 60_000
const KEPT_MS = 7 * 24 * 3600 * 1000
/** Buckets are a tenth wide: a percentile is off by a twentieth at most. */
const GROWTH = 1.1
const LONGEST_MS = 120_000
/** Wakes of a device that are kept. */
const RECENT = 20

const bucketOf = (ms: number): number => Math.floor(Math.log(Math.min(LONGEST_MS, Math.max(1, ms))) / Math.log(GROWTH))
const startOf = (bucket: number): number => Math.round(GROWTH ** bucket)

export const readWakes = (stored: unknown): DeviceWake[] => (typeof stored === 'string' ? JSON.parse(stored) : [])

/** How long phones take to wake: by platform for seven days, in slots of five minutes, and the last wakes of each device. */
export function createWakeTimes(sql: DatabaseSync) {
  const count = sql.prepare(
    'INSERT INTO wake_time (slot, platform, bucket, count) VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1',
  )
  const expire = sql.prepare('DELETE FROM wake_time WHERE slot < ?')
  const since = sql.prepare(
    'SELECT platform, bucket, sum(count) AS count FROM wake_time WHERE slot >= ? GROUP BY platform, bucket ORDER BY bucket',
  )
  const DEVICE = 'WHERE extension = ? AND device_id = ?'
  const wakesOf = sql.prepare(`SELECT wakes FROM device ${DEVICE}`)
  const remember = sql.prepare(`UPDATE device SET wakes = ? ${DEVICE}`)
  let newest = 0
  return {
    add({ extension, deviceId, platform, wakeMs, at }: WakeTime): void {
      const slot = Math.floor(at / SLOT_MS)
      inTransaction(sql, () => {
        count.run(slot, platform, bucketOf(wakeMs))
        if (slot !== newest) expire.run(slot - KEPT_MS / SLOT_MS)
        const wakes = readWakes(wakesOf.get(extension, deviceId)?.wakes)
        remember.run(JSON.stringify([...wakes, [at, wakeMs]].slice(-RECENT)), extension, deviceId)
      })
      newest = slot
    },
    /** From `at` on, to five minutes exactly. */
    since: (at: number): WakeBucket[] =>
      since.all(Math.floor(at / SLOT_MS)).map(({ platform, bucket, count }) => ({
        platform: platform as Platform,
        fromMs: startOf(Number(bucket)),
        toMs: startOf(Number(bucket) + 1),
        count: Number(count),
      })),
  }
}
