import type { Clock } from '../clock.ts'
import { inTransaction, openDatabase } from './database.ts'
import { type Device, type Registration, registrationOf } from './registration.ts'

/** A device, or every device that has this token. */
export type Selection = { extension: string; deviceId: string } | { token: string }

/** What the relay said of one version of a device. `superseded`: it has a version that ours must be newer than. */
export type Verdict = Pick<Registration, 'extension' | 'deviceId' | 'version'> &
  ({ outcome: 'confirmed' } | { outcome: 'refused'; refusal: string } | { outcome: 'superseded'; storedVersion: number })

type Counts = { devices: number; waiting: number; parked: number }

export type Store = ReturnType<typeof createStore>

/** Apple's tokens are stored in lower case, Google's as they are. */
const HAS_TOKEN = `(platform = 'android' AND token = @token) OR (platform = 'ios' AND lower(@token) IN (token, alert_token))`

/** The registrations of this PBX. What a function changes is on disk when it returns. */
export function createStore(dataDir: string, clock: Clock) {
  const database = openDatabase(dataDir)
  const tick = database.prepare('UPDATE clock SET version = max(version + 1, ?) RETURNING version')
  const byId = database.prepare('SELECT * FROM device WHERE extension = ? AND device_id = ? AND removed = 0')
  const byToken = database.prepare(`SELECT * FROM device WHERE removed = 0 AND (${HAS_TOKEN})`)
  const byExtension = database.prepare('SELECT * FROM device WHERE extension = ? AND removed = 0 ORDER BY device_id')
  const everyone = database.prepare('SELECT * FROM device WHERE removed = 0 ORDER BY extension, device_id')
  const waiting = database.prepare(
    'SELECT * FROM device WHERE confirmed_version <> version AND refusal IS NULL AND version > ? ORDER BY version LIMIT ?',
  )
  const put = database.prepare(
    `INSERT INTO device (extension, device_id, platform, app, token, alert_token, version, removed)
     VALUES (@extension, @deviceId, @platform, @app, @token, @alertToken, @version, @removed)
     ON CONFLICT DO UPDATE SET platform = excluded.platform, app = excluded.app, token = excluded.token,
       alert_token = excluded.alert_token, version = excluded.version, removed = excluded.removed, refusal = NULL`,
  )
  const confirm = database.prepare(
    'UPDATE device SET confirmed_version = version WHERE extension = ? AND device_id = ? AND version = ?',
  )
  const park = database.prepare('UPDATE device SET refusal = ? WHERE extension = ? AND device_id = ? AND version = ?')
  const renew = database.prepare('UPDATE device SET version = ? WHERE extension = ? AND device_id = ? AND version = ?')
  const sweep = database.prepare(
    'DELETE FROM device WHERE extension = ? AND device_id = ? AND version = ? AND removed = 1 AND confirmed_version = version',
  )
  const drop = database.prepare(
    'DELETE FROM device WHERE extension = ? AND device_id = ? AND version = ? AND confirmed_version = version',
  )
  const count = database.prepare(
    `SELECT count(*) FILTER (WHERE removed = 0) AS devices, count(*) FILTER (WHERE refusal IS NOT NULL) AS parked,
       count(*) FILTER (WHERE confirmed_version <> version AND refusal IS NULL) AS waiting FROM device`,
  )

  /** A hybrid logical clock: never backwards, whatever the machine's clock does. */
  const nextVersion = (atLeast = 0) => Number(tick.get(Math.max(clock.wall(), atLeast))?.version)
  const write = (device: Device, removed: boolean) =>
    put.run({ ...fields(device), version: nextVersion(), removed: removed ? 1 : 0 })
  const withToken = (token: string) => byToken.all({ token }).map(registrationOf)
  const select = (selection: Selection) =>
    'token' in selection ? withToken(selection.token) : byId.all(selection.extension, selection.deviceId).map(registrationOf)

  function settle(verdict: Verdict) {
    const key = [verdict.extension, verdict.deviceId, verdict.version] as const
    if (verdict.outcome === 'refused') return park.run(verdict.refusal, ...key)
    if (verdict.outcome === 'superseded') return renew.run(nextVersion(verdict.storedVersion + 1), ...key)
    confirm.run(...key)
    return sweep.run(...key)
  }

  return {
    select,
    devices: (extension?: string): Registration[] =>
      (extension === undefined ? everyone.all() : byExtension.all(extension)).map(registrationOf),
    counts: () => ({ ...count.get() }) as Counts,
    waiting: (afterVersion: number, limit: number): Registration[] => waiting.all(afterVersion, limit).map(registrationOf),

    /** A token is one installation of an app: the same one under another id on this extension is replaced. */
    register: (device: Device): void =>
      inTransaction(database, () => {
        const isOther = ({ extension, app, deviceId }: Device) =>
          extension === device.extension && app === device.app && deviceId !== device.deviceId
        for (const other of withToken(device.token).filter(isOther)) write(other, true)
        write(device, false)
      }),
    replace: (devices: readonly Device[]): void =>
      inTransaction(database, () => {
        for (const device of devices) write(device, false)
      }),
    remove: (selection: Selection): Registration[] =>
      inTransaction(database, () => {
        const found = select(selection)
        for (const device of found) write(device, true)
        return found
      }),
    settle: (verdicts: readonly Verdict[]): void =>
      inTransaction(database, () => {
        for (const verdict of verdicts) settle(verdict)
      }),
    /** Takes out what the relay has removed itself, unless it has changed since. */
    forget: ({ extension, deviceId, version }: Registration): void => void drop.run(extension, deviceId, version),
    close: () => database.close(),
  }
}

const fields = ({ extension, deviceId, platform, app, token, alertToken }: Device) => ({
  extension,
  deviceId,
  platform,
  app,
  token,
  alertToken: alertToken ?? null,
})
