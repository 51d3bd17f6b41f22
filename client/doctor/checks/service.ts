import { VERSION } from '../../version.ts'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'
import { type Asked, doorOf, type PnsState } from '../pns.ts'
import { listenerOf, type Process, processOf } from '../processes.ts'

export const SERVICE = {
  service_runs: ok('The PBX asks this service to wake phones.'),
  service_down: broken(
    'The PBX has nobody to ask: no phone is woken, and none can register.',
    'systemctl start wakecall, or run `wakecall serve`; its log says why it ended.',
  ),
  service_silent: broken(
    'The PBX waits for an answer that does not come.',
    'Look at its log and at the load of this machine, then restart it: systemctl restart wakecall.',
  ),
  service_locked: warning(
    'The service runs with another localToken than the settings have: what the PBX sends may be refused too.',
    'If the settings were changed: `systemctl restart wakecall`. Give the same token to the PBX.',
  ),
  service_outdated: warning(
    'After an upgrade the old program goes on until it is restarted.',
    'systemctl restart wakecall; registrations and what waits for the relay stay.',
  ),
  port_taken: broken(
    'The service cannot start while another program has its address, and the PBX talks to that program.',
    'Stop the other program, or give `listen` in the settings another port and tell the PBX.',
  ),
} satisfies Catalogue

const found = finder(SERVICE)

const owned = (owner: Process | 'unseen' | undefined): string =>
  owner === undefined || owner === 'unseen'
    ? 'its process is not visible to this user'
    : `pid ${owner.pid} (${owner.program}), user ${owner.user}`

export function checkService(settings: Asked, state: PnsState): Finding[] {
  const { listen } = settings
  const listener = () => listenerOf(doorOf(settings))
  if (state.is === 'down') return [found('service_down', `Nobody listens at ${listen}.`)]
  if (state.is === 'stranger') return [found('port_taken', `What answers at ${listen} is not Wakecall: ${owned(listener())}.`)]
  if (state.is === 'silent') return [found('service_silent', `No answer at ${listen}: ${owned(listener())}.`)]
  if (state.is === 'locked')
    return [found('service_locked', `The PNS at ${listen} refuses the localToken: ${owned(listener())}.`)]
  const { pid, version, devices } = state.health
  const process = pid === undefined ? listener() : processOf(pid)
  return [
    found('service_runs', `Version ${version} at ${listen}: ${owned(process)}; devices: ${devices}.`),
    ...(version === VERSION ? [] : [found('service_outdated', `Version ${version} runs, and ${VERSION} is installed.`)]),
  ]
}
