import { PnsProblem } from '../problem.ts'

/** Result codes: https://www.sqlite.org/rescode.html. */
const SQLITE_FULL = 13
const DISK_FULL = ['ENOSPC', 'EDQUOT']

export function isDiskFull(error: unknown): boolean {
  const { code = '', errcode = 0 } = error as NodeJS.ErrnoException & { errcode?: number }
  return (errcode & 0xff) === SQLITE_FULL || DISK_FULL.includes(code)
}

/** What storing failed with, as a problem that says what to do. A problem passes. */
export function storageProblem(error: unknown): unknown {
  if (error instanceof PnsProblem) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  if (isDiskFull(error)) {
    const detail = 'Nothing was stored: the disk of dataDir is full. Make room there, and send the request again.'
    return new PnsProblem('disk_full', detail, {}, error)
  }
  if (code === 'ERR_SQLITE_ERROR' || code.startsWith('E')) {
    const detail = `It is not sure to be stored (${message}): look at the disk of dataDir, and send the request again.`
    return new PnsProblem('storage_failed', detail, {}, error)
  }
  return error
}
