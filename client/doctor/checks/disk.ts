import { type StatsFs, statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { SettingsFile } from '../../settings.ts'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'
import { notSeen } from '../left-out.ts'

export const DISK = {
  disk_has_space: ok('What a phone registers is on disk before it is confirmed.'),
  disk_low: warning(
    'When the disk is full, no phone can register any more.',
    'Make room, or move dataDir or log.file elsewhere.',
  ),
  disk_full: broken(
    'No phone can register (the PNS answers 507), and the log loses lines.',
    'Make room; the service goes on by itself, and nothing that was confirmed is lost.',
  ),
} satisfies Catalogue

const found = finder(DISK)
const MB = 2 ** 20
const FULL_BYTES = 4 * MB
const LOW_BYTES = 100 * MB

type Space = Pick<StatsFs, 'bavail' | 'bsize' | 'files' | 'ffree'>

/** Some file systems do not count files: they say 0 of 0. */
export function judgeSpace(path: string, { bavail, bsize, files, ffree }: Space): Finding {
  const free = bavail * bsize
  const seen = `${path}: ${Math.floor(free / MB)} MiB free${files > 0 && ffree === 0 ? ', and no more files' : ''}.`
  if (free < FULL_BYTES || (files > 0 && ffree === 0)) return found('disk_full', seen)
  return found(free < LOW_BYTES ? 'disk_low' : 'disk_has_space', seen)
}

/** Of the folder, or of what there is above it: the service makes its own. */
function spaceOf(path: string): Finding {
  try {
    return judgeSpace(path, statfsSync(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(path) !== path) return spaceOf(dirname(path))
    return notSeen(`the disk of ${path}`)
  }
}

export function checkDisk({ dataDir, log }: SettingsFile): Finding[] {
  const folders = [resolve(dataDir), ...(log.file === undefined ? [] : [dirname(resolve(log.file))])]
  return [...new Set(folders)].map(spaceOf)
}
