import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'

export const UNIT = {
  unit_active: ok('systemd starts the service again after a failure and after a restart of the machine.'),
  unit_failed: broken(
    'systemd has given up on the service.',
    'journalctl -u wakecall -n 50 says why; mend it, then: systemctl restart wakecall.',
  ),
  unit_inactive: warning('systemd is not told to run the service.', 'systemctl enable --now wakecall'),
  unit_disabled: warning(
    'After a restart of the machine the service stays away, and phones stay silent.',
    'systemctl enable wakecall',
  ),
} satisfies Catalogue

const found = finder(UNIT)
const PROPERTIES = ['LoadState', 'ActiveState', 'SubState', 'Result', 'UnitFileState', 'NRestarts']

/** Judges what `systemctl show` prints, one `Name=value` a line; nothing if there is no such unit. */
export function judgeUnit(shown: string): Finding[] {
  const unit = Object.fromEntries(shown.split('\n').map((line) => line.split('=', 2) as [string, string?]))
  if (unit.LoadState !== 'loaded') return []
  const seen = `systemd: wakecall.service is ${unit.ActiveState} (${unit.SubState}), ${unit.UnitFileState}; restarts: ${unit.NRestarts}.`
  if (unit.ActiveState === 'failed') return [found('unit_failed', `${seen} Result: ${unit.Result}.`)]
  if (unit.ActiveState === 'inactive') return [found('unit_inactive', seen)]
  return [found(unit.UnitFileState === 'disabled' ? 'unit_disabled' : 'unit_active', seen)]
}

/** Nothing where systemd does not run. */
export async function checkUnit(): Promise<Finding[]> {
  try {
    const args = ['show', 'wakecall.service', `--property=${PROPERTIES.join(',')}`]
    const { stdout } = await promisify(execFile)('systemctl', args, { timeout: 3_000 })
    return judgeUnit(stdout)
  } catch {
    return []
  }
}
