import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SettingsError } from '../settings.ts'

/**
 * One row a device, with the newest state that was asked for: the table is the registry and the outbox at once. A row
 * whose `confirmed_version` is not its `version` has still to reach the relay. `clock` outlives the rows, so that a
 * device that comes back is newer than its own removal.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS device (
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
  INSERT INTO clock SELECT 0 WHERE NOT EXISTS (SELECT * FROM clock);
`

/** Opens the database for this process alone. Throws `SettingsError` where it cannot be used. */
export function openDatabase(dataDir: string): DatabaseSync {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const file = join(dataDir, 'wakecall.sqlite')
    // It holds tokens, and the folder may be somebody's own: SQLite gives its other files the mode of this one.
    closeSync(openSync(file, 'a', 0o600))
    const database = new DatabaseSync(file)
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
    database.exec(SCHEMA)
    return database
  } catch (error) {
    const { message } = error as Error
    throw new SettingsError([`dataDir: cannot be used (${message}): is another wakecall running, and may this user write there?`])
  }
}

/** Runs `change` in one transaction, which is on disk when this returns. */
export function inTransaction<T>(database: DatabaseSync, change: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = change()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
