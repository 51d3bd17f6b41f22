import type { DatabaseSync } from 'node:sqlite'
import { SettingsError } from '../settings.ts'

/**
 * Step by step: a database that has taken a step never takes it again, and a step never changes once it is released.
 *
 * One row a device, with the newest state that was asked for: the table is the registry and the outbox at once. A row
 * whose `confirmed_version` is not its `version` has still to reach the relay, unless that refused it. `clock` outlives the
 * rows, so that a device that comes back is newer than its own removal.
 */
const STEPS = [
  `CREATE TABLE IF NOT EXISTS device (
    extension TEXT NOT NULL,
    device_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    app TEXT NOT NULL,
    token TEXT NOT NULL,
    alert_token TEXT,
    version INTEGER NOT NULL,
    confirmed_version INTEGER NOT NULL DEFAULT 0,
    removed INTEGER NOT NULL DEFAULT 0,
    refusal TEXT,
    PRIMARY KEY (extension, device_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS device_token ON device (token);
  CREATE INDEX IF NOT EXISTS device_alert_token ON device (alert_token);
  CREATE INDEX IF NOT EXISTS device_waiting ON device (version) WHERE confirmed_version <> version;
  CREATE TABLE IF NOT EXISTS clock (version INTEGER NOT NULL) STRICT;
  INSERT INTO clock SELECT 0 WHERE NOT EXISTS (SELECT * FROM clock);`,

  // What is asked for often is counted in indexes that hold nothing else.
  `DROP INDEX device_waiting;
  DROP INDEX device_alert_token;
  CREATE INDEX device_alert_token ON device (alert_token) WHERE alert_token IS NOT NULL;
  CREATE INDEX device_waiting ON device (version) WHERE confirmed_version <> version AND refusal IS NULL;
  CREATE INDEX device_parked ON device (refusal) WHERE refusal IS NOT NULL;
  CREATE INDEX device_removed ON device (removed) WHERE removed = 1;
  CREATE TABLE wake (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, wake TEXT NOT NULL) STRICT;
  CREATE TABLE address (host TEXT PRIMARY KEY, addresses TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,

  // `wakes`: the last ones as JSON, [[ms since 1970, ms that it took], ...].
  `ALTER TABLE device ADD COLUMN wakes TEXT;
  CREATE TABLE wake_time (slot INTEGER, platform TEXT, bucket INTEGER, count INTEGER NOT NULL,
    PRIMARY KEY (slot, platform, bucket)) STRICT, WITHOUT ROWID;`,
]

/** Brings a database up to this version of wakecall. Throws `SettingsError` for one of a later version. */
export function migrate(sql: DatabaseSync): void {
  const taken = Number(sql.prepare('PRAGMA user_version').get()?.user_version)
  if (taken > STEPS.length) {
    throw new SettingsError(['dataDir: its database was written by a later version of wakecall: install that one again'])
  }
  const steps = STEPS.slice(taken).map((step, i) => `BEGIN; ${step} PRAGMA user_version = ${taken + i + 1}; COMMIT;`)
  for (const step of steps) sql.exec(step)
}
