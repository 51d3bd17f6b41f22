import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What usrloc opens, and what some switches of settings.cfg need besides. */
const TABLES = ['version', 'location', 'location_attrs']
const MORE = { AUTH_HERE: 'subscriber', REGISTER_FOR_USERS: 'uacreg' }

export const tablesFor = (switches: ReadonlySet<string>): string[] => [
  ...TABLES,
  ...Object.entries(MORE).flatMap(([name, table]) => (switches.has(name) ? table : [])),
]

/** The ids of the user that the distributions run Kamailio as; `undefined` where there is none. */
function kamailioUser(): { uid: number; gid: number } | undefined {
  const [, uid, gid] = /^kamailio:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? []
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

function mayWrite(path: string, user: { uid: number; gid: number }): boolean {
  const { uid, gid, mode } = statSync(path)
  return Boolean(mode & (uid === user.uid ? 0o200 : gid === user.gid ? 0o020 : 0o002))
}

/** What is wrong with the file of bindings, if anything. Throws what the file system says. */
export function bindingsFault(path: string, wanted: readonly string[], user = kamailioUser()): string | undefined {
  accessSync(path, constants.R_OK)
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
    const missing = wanted.filter((name) => !tables.some((table) => table.name === name))
    if (missing.length > 0) return `has no table ${missing.join(', ')}`
  } catch {
    return 'is not a database of SQLite, or not for this user'
  } finally {
    database.close()
  }
  // SQLite keeps its journal beside the file.
  const locked = user && [path, dirname(path)].find((one) => !mayWrite(one, user))
  return locked === undefined ? undefined : `cannot be written by the user kamailio, because of the owner and mode of ${locked}`
}
