import { setTimeout as sleep } from 'node:timers/promises'
import type * as v from 'valibot'
import type { DevicesAnswer } from '../wire/devices.ts'
import { PnsProblem } from './problem.ts'
import { BACKGROUND_BUDGET_MS, type Relay } from './relay/relay.ts'
import { isConfirmed, type Registration } from './store/registration.ts'
import type { Store } from './store/store.ts'

type Listed = v.InferOutput<typeof DevicesAnswer>['devices'][number]

/** `rate`: extensions a second that are compared. */
export type SyncRequest = { rate: number; removeUnknown: boolean }

/**
 * Where a comparison stands. `missing` devices the relay did not have, `different` it had in another version: both are
 * brought to it again; `unknown` are at the relay only. `retried`: what it had refused before. `waiting`: what has still
 * to reach it; `parked`: what it refuses.
 */
export type SyncStatus = {
  state: 'idle' | 'comparing' | 'delivering' | 'done' | 'failed'
  extensions: number
  compared: number
  missing: number
  different: number
  unknown: { extension: string; deviceId: string }[]
  unknownCount: number
  removed: number
  retried: number
  waiting: number
  parked: number
  problem?: { code: string; detail: string }
}

type Dependencies = { store: Store; relay: () => Relay; notify: () => void }

const PAGE = 200
/** Enough to look at; a relay may have many more. */
const SHOWN = 100
const LOOK_MS = 200
/** So long is a burst made up for, in seconds: a relay that is far away must not slow the rate down. */
const BEAT_S = 0.1

const IDLE = { extensions: 0, compared: 0, missing: 0, different: 0, unknown: [], unknownCount: 0, removed: 0, retried: 0 }

const chunksOf = (page: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(page.length / size) }, (_, i) => page.slice(i * size, (i + 1) * size))

/** What the two sides have of one extension. Changes on their way to the relay are no difference. */
export function compare(ours: readonly Registration[], theirs: readonly Listed[]) {
  const listed = new Map(theirs.map((device) => [device.deviceId, device]))
  const known = new Set(ours.map(({ deviceId }) => deviceId))
  const settled = ours.filter((device) => !device.removed && isConfirmed(device))
  return {
    missing: settled.filter(({ deviceId }) => !listed.has(deviceId)),
    different: settled.filter(({ deviceId, version }) => (listed.get(deviceId)?.version ?? version) !== version),
    unknown: theirs.filter(({ deviceId }) => !known.has(deviceId)),
  }
}

export type Sync = ReturnType<typeof createSync>

/** Compares both sides, extension by extension, at a bounded rate, and repairs what it finds. */
export function createSync({ store, relay, notify }: Dependencies) {
  const stopping = new AbortController()
  let status: Omit<SyncStatus, 'waiting' | 'parked'> = { state: 'idle', ...IDLE }
  let running: Promise<void> = Promise.resolve()
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal, ref: false })

  async function compareOne(extension: string, removeUnknown: boolean): Promise<void> {
    const { devices } = await relay().call('list', { params: { extension }, budgetMs: BACKGROUND_BUDGET_MS })
    const { missing, different, unknown } = compare(store.rows(extension), devices)
    store.recheck([...missing, ...different])
    if (removeUnknown) for (const { deviceId, platform, app } of unknown) remove({ extension, deviceId, platform, app })
    notify()
    status.compared += 1
    status.missing += missing.length
    status.different += different.length
    status.unknownCount += unknown.length
    status.unknown = [...status.unknown, ...unknown.map(({ deviceId }) => ({ extension, deviceId }))].slice(0, SHOWN)
  }

  function remove(device: Pick<Registration, 'extension' | 'deviceId' | 'platform' | 'app'>): void {
    store.removeAtRelay({ ...device, token: '' })
    status.removed += 1
  }

  async function run({ rate, removeUnknown }: SyncRequest): Promise<void> {
    status = { ...status, retried: store.retryParked(), extensions: store.extensionCount() }
    for (let page = store.extensions('', PAGE); page.length > 0; page = store.extensions(page.at(-1) ?? '', PAGE)) {
      for (const some of chunksOf(page, Math.ceil(rate * BEAT_S))) {
        await Promise.all([pause((1000 * some.length) / rate), ...some.map((each) => compareOne(each, removeUnknown))])
      }
    }
    status.state = 'delivering'
    notify()
    while (store.waiting(0, 1).length > 0) await pause(LOOK_MS)
    status.state = 'done'
  }

  function failed(error: unknown): void {
    if (stopping.signal.aborted) return
    const { code, message } = error instanceof PnsProblem ? error : new PnsProblem('internal', (error as Error).message)
    status = { ...status, state: 'failed', problem: { code, detail: message } }
  }

  function current(): SyncStatus {
    const { waiting, parked } = store.counts()
    return { ...status, waiting, parked }
  }

  return {
    status: current,
    /** Begins, unless one is under way: then that one goes on. */
    start(request: SyncRequest): SyncStatus {
      if (status.state === 'comparing' || status.state === 'delivering') return current()
      status = { state: 'comparing', ...IDLE }
      running = run(request).catch(failed)
      return current()
    },
    stop: () => {
      stopping.abort()
      return running
    },
  }
}
