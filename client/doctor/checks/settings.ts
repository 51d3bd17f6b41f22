import { accessSync, constants } from 'node:fs'
import { broken, type Catalogue, type Finding, finder, ok } from '../finding.ts'
import { notSeen } from '../left-out.ts'
import type { Patient } from '../patient.ts'

export const SETTINGS = {
  settings_read: ok('The service starts, and reloads, with these settings only.'),
  settings_refused: broken(
    'With such a file the service does not start, and a reload keeps the old settings.',
    'Mend what is named; `wakecall config sample` explains every key.',
  ),
} satisfies Catalogue

const found = finder(SETTINGS)

function mayRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EACCES'
  }
}

export function checkSettings({ config, errors }: Patient): Finding[] {
  if (errors.length === 0) return [found('settings_read', `${config} has no errors.`)]
  if (!mayRead(config)) return [notSeen(`the settings in ${config}`)]
  const [first = ''] = errors
  return [found('settings_refused', first.startsWith(config) ? errors.join('; ') : `${config}: ${errors.join('; ')}`)]
}
