import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Device } from './registration.ts'

/** Apple's tokens are stored in lower case, Google's as they are. */
const HAS_TOKEN = `(platform = 'android' AND token = @token)
  OR (platform = 'ios' AND (token = lower(@token) OR (alert_token IS NOT NULL AND alert_token = lower(@token))))`
const MATCHES = `instr(lower(extension || ' ' || device_id || ' ' || app), lower(@search)) > 0`
const WAITING = 'confirmed_version <> version AND refusal IS NULL'
const VERSION_OF = 'WHERE extension = ? AND device_id = ? AND version = ?'

export function deviceStatements(sql: DatabaseSync) {
  return {
    tick: sql.prepare('UPDATE clock SET version = max(version + 1, ?) RETURNING version'),
    byId: sql.prepare('SELECT * FROM device WHERE extension = ? AND device_id = ? AND removed = 0'),
    byToken: sql.prepare(`SELECT * FROM device WHERE removed = 0 AND (${HAS_TOKEN})`),
    byExtension: sql.prepare('SELECT * FROM device WHERE extension = ? AND removed = 0 ORDER BY device_id'),
    everyone: sql.prepare('SELECT * FROM device WHERE removed = 0 ORDER BY extension, device_id'),
    found: sql.prepare(`SELECT * FROM device WHERE removed = 0 AND ${MATCHES} ORDER BY extension, device_id LIMIT @limit`),
    foundCount: sql.prepare(`SELECT count(*) AS count FROM device WHERE removed = 0 AND ${MATCHES}`),
    parked: sql.prepare('SELECT * FROM device WHERE refusal IS NOT NULL ORDER BY extension, device_id'),
    rows: sql.prepare('SELECT * FROM device WHERE extension = ?'),
    extensions: sql.prepare('SELECT DISTINCT extension FROM device WHERE extension > ? ORDER BY extension LIMIT ?'),
    extensionCount: sql.prepare('SELECT count(DISTINCT extension) AS count FROM device'),
    waiting: sql.prepare(`SELECT * FROM device WHERE ${WAITING} AND version > ? ORDER BY version LIMIT ?`),
    waitingOf: sql.prepare(`SELECT * FROM device WHERE extension = ? AND ${WAITING}`),
    put: sql.prepare(
      `INSERT INTO device (extension, device_id, platform, app, token, alert_token, version, removed)
       VALUES (@extension, @deviceId, @platform, @app, @token, @alertToken, @version, @removed)
       ON CONFLICT DO UPDATE SET platform = excluded.platform, app = excluded.app, token = excluded.token,
         alert_token = excluded.alert_token, version = excluded.version, removed = excluded.removed, refusal = NULL`,
    ),
    confirm: sql.prepare(`UPDATE device SET confirmed_version = version ${VERSION_OF}`),
    doubt: sql.prepare(`UPDATE device SET confirmed_version = 0 ${VERSION_OF} AND confirmed_version = version`),
    park: sql.prepare(`UPDATE device SET refusal = ? ${VERSION_OF}`),
    unpark: sql.prepare('UPDATE device SET refusal = NULL WHERE refusal IS NOT NULL'),
    renew: sql.prepare(`UPDATE device SET version = ? ${VERSION_OF}`),
    sweep: sql.prepare(`DELETE FROM device ${VERSION_OF} AND removed = 1 AND confirmed_version = version`),
    drop: sql.prepare(`DELETE FROM device ${VERSION_OF}`),
    count: sql.prepare(
      `SELECT (SELECT count(*) FROM device) - (SELECT count(*) FROM device WHERE removed = 1) AS devices,
         (SELECT count(*) FROM device WHERE ${WAITING}) AS waiting,
         (SELECT min(version) FROM device WHERE ${WAITING}) AS oldestWaiting,
         (SELECT count(*) FROM device WHERE refusal IS NOT NULL) AS parked,
         (SELECT count(*) FROM wake) AS wakes`,
    ),
    refusals: sql.prepare(
      `SELECT substr(refusal, 1, instr(refusal, ':') - 1) AS code, count(*) AS count
       FROM device WHERE refusal IS NOT NULL GROUP BY code`,
    ),
  }
}

/** The columns of a device as parameters of `put`. */
export const paramsOf = ({ extension, deviceId, platform, app, token, alertToken }: Device): Record<string, SQLInputValue> => ({
  extension,
  deviceId,
  platform,
  app,
  token,
  alertToken: alertToken ?? null,
})
