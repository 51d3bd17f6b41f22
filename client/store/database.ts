import { closeSync, fdatasync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { SettingsError } from '../settings.ts'
import { groupFlush } from './group-flush.ts'
import { migrate } from './schema.ts'
import { isDiskFull, storageProblem } from './storage-problem.ts'

export type Database = {
  sql: DatabaseSync
  /** Resolves when all that was committed before is on disk. Fails with `disk_full` or `storage_failed`. */
  durable: () => Promise<void>
  close: () => void
}

const flushFile = promisify(fdatasync)

/**
 * Opens the database for this process alone. A commit is written to the log of SQLite (WAL) at once, which outlives the
 * process; the log is brought to the disk by `durable`, off the thread that calls run on
 * (https://www.sqlite.org/pragma.html#pragma_synchronous: NORMAL leaves exactly that step out).
 * Throws `SettingsError` where it cannot be used.
 */
export function openDatabase(dataDir: string): Database {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const file = join(dataDir, 'wakecall.sqlite')
    // It holds tokens, and the folder may be somebody's own: SQLite gives its other files the mode of this one.
    closeSync(openSync(file, 'a', 0o600))
    const sql = new DatabaseSync(file)
    sql.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
    migrate(sql)
    // What the file's name leads to is SQLite's own log as long as the database is open.
    const log = openSync(`${file}-wal`, 'r+')
    const checkpoint = () => sql.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    const close = () => {
      sql.close()
      closeSync(log)
    }
    return { sql, durable: durably(() => flushFile(log), checkpoint), close }
  } catch (error) {
    if (error instanceof SettingsError) throw error
    const { message } = error as Error
    const full = isDiskFull(error)
    const next = full ? 'make room on its disk' : 'is another wakecall running, and may this user write there?'
    throw new SettingsError([`dataDir: cannot be used (${message}): ${next}`])
  }
}

/**
 * A flush that failed may have left a hole in the log, which a later flush would not mend: from then on the log is carried
 * over into the database, all of it, until that succeeds.
 */
function durably(flush: () => Promise<void>, checkpoint: () => void): () => Promise<void> {
  let hole = false
  return groupFlush(async () => {
    try {
      if (hole) checkpoint()
      else await flush()
      hole = false
    } catch (error) {
      hole = true
      throw storageProblem(error)
    }
  })
}

/** Runs `change` in one transaction: all of it or nothing. */
export function inTransaction<T>(sql: DatabaseSync, change: () => T): T {
  try {
    sql.exec('BEGIN IMMEDIATE')
    const result = change()
    sql.exec('COMMIT')
    return result
  } catch (error) {
    if (sql.isTransaction) sql.exec('ROLLBACK')
    throw storageProblem(error)
  }
}
