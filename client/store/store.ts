import type { Clock } from '../clock.ts'
import { inTransaction, openDatabase } from './database.ts'
import { createKeptAddresses } from './kept-addresses.ts'
import { type Device, type Registration, registrationOf } from './registration.ts'
import { deviceStatements, paramsOf } from './statements.ts'
import { createStoredWakes } from './stored-wakes.ts'
import { createWakeTimes } from './wake-times.ts'

/** A device, or every device that has this token. */
export type Selection = { extension: string; deviceId: string } | { token: string }

/**
 * What the relay said of one version of a device. `superseded`: it has a version that ours must be newer than. `gone`: it
 * has removed the device itself.
 */
export type Verdict = Pick<Registration, 'extension' | 'deviceId' | 'version'> &
  ({ outcome: 'confirmed' | 'gone' } | { outcome: 'refused'; refusal: string } | { outcome: 'superseded'; storedVersion: number })

/** `oldestWaiting`: the version, which is a time in ms, of the change that has waited longest for the relay. */
export type Counts = { devices: number; waiting: number; parked: number; wakes: number; oldestWaiting?: number }

export type Store = ReturnType<typeof createStore>

/**
 * The registrations of this PBX, and what has still to reach the relay. What a function changes outlives the process when
 * it returns, and a power cut when `durable` resolves after it. Fails with `disk_full` or `storage_failed`.
 */
export function createStore(dataDir: string, clock: Clock) {
  const { sql, durable, close } = openDatabase(dataDir)
  const device = deviceStatements(sql)
  const wakes = createStoredWakes(sql)

  /** A hybrid logical clock: never backwards, whatever the machine's clock does. */
  const nextVersion = (atLeast = 0) => Number(device.tick.get(Math.max(clock.wall(), atLeast))?.version)
  const write = (state: Device, removed: boolean) =>
    device.put.run({ ...paramsOf(state), version: nextVersion(), removed: removed ? 1 : 0 })
  const withToken = (token: string) => device.byToken.all({ token }).map(registrationOf)
  const select = (selection: Selection) =>
    'token' in selection
      ? withToken(selection.token)
      : device.byId.all(selection.extension, selection.deviceId).map(registrationOf)

  /** A token is one installation of an app: the same one under another id on this extension is replaced. */
  function put(state: Device): void {
    const isOther = ({ extension, app, deviceId }: Device) =>
      extension === state.extension && app === state.app && deviceId !== state.deviceId
    for (const other of withToken(state.token).filter(isOther)) write(other, true)
    write(state, false)
  }

  function settleOne(verdict: Verdict) {
    const key = [verdict.extension, verdict.deviceId, verdict.version] as const
    if (verdict.outcome === 'refused') return device.park.run(verdict.refusal, ...key)
    if (verdict.outcome === 'superseded') return device.renew.run(nextVersion(verdict.storedVersion + 1), ...key)
    if (verdict.outcome === 'gone') return device.drop.run(...key)
    device.confirm.run(...key)
    return device.sweep.run(...key)
  }

  return {
    select,
    devices: (extension?: string): Registration[] =>
      (extension === undefined ? device.everyone.all() : device.byExtension.all(extension)).map(registrationOf),
    /** The first of those whose extension, id or app has this text in it, and how many there are. */
    find: (search: string, limit: number): { found: number; devices: Registration[] } => ({
      found: Number(device.foundCount.get({ search })?.count),
      devices: device.found.all({ search, limit }).map(registrationOf),
    }),
    parked: (): Registration[] => device.parked.all().map(registrationOf),
    /** The next extensions that have devices, in order. */
    extensions: (after: string, limit: number): string[] =>
      device.extensions.all(after, limit).map(({ extension }) => String(extension)),
    extensionCount: (): number => Number(device.extensionCount.get()?.count),
    /** Devices of an extension, those included whose removal has still to reach the relay. */
    rows: (extension: string): Registration[] => device.rows.all(extension).map(registrationOf),
    counts(): Counts {
      const { oldestWaiting, ...counts } = { ...device.count.get() } as Counts & { oldestWaiting: number | null }
      return { ...counts, ...(oldestWaiting !== null && { oldestWaiting }) }
    },
    /** How many changes the relay refused for good, by its codes. */
    refusals: (): Record<string, number> =>
      Object.fromEntries(device.refusals.all().map(({ code, count }) => [String(code), Number(count)])),
    waiting: (afterVersion: number, limit: number): Registration[] => device.waiting.all(afterVersion, limit).map(registrationOf),
    waitingOf: (extension: string): Registration[] => device.waitingOf.all(extension).map(registrationOf),

    register: (...states: readonly Device[]): void =>
      inTransaction(sql, () => {
        for (const state of states) put(state)
      }),
    remove: (selection: Selection): Registration[] =>
      inTransaction(sql, () => {
        const found = select(selection)
        for (const state of found) write(state, true)
        return found
      }),
    settle: (verdict: Verdict): void => inTransaction(sql, () => void settleOne(verdict)),
    /** Takes out what the relay has removed itself, unless it has changed since. */
    forget: ({ extension, deviceId, version }: Registration): void =>
      inTransaction(sql, () => void device.drop.run(extension, deviceId, version)),
    /** The relay may not have these any more: it is told of them again, in the version that it confirmed. */
    recheck: (registrations: readonly Registration[]): void =>
      inTransaction(sql, () => {
        for (const { extension, deviceId, version } of registrations) device.doubt.run(extension, deviceId, version)
      }),
    /** What the relay refused is tried again. Gives how many. */
    retryParked: (): number => inTransaction(sql, () => Number(device.unpark.run().changes)),
    /** A device that only the relay has is removed there. */
    removeAtRelay: (state: Device): void => inTransaction(sql, () => void write(state, true)),
    wakes,
    wakeTimes: createWakeTimes(sql),
    addresses: createKeptAddresses(sql),
    durable,
    close,
  }
}
