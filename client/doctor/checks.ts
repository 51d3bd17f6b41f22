import type { SettingsFile } from '../settings.ts'
import { checkAriExtensions } from './checks/ari/extensions.ts'
import { checkAriSetup } from './checks/ari/setup.ts'
import { checkDisk } from './checks/disk.ts'
import { checkGateway } from './checks/gateway/answers.ts'
import { checkGatewayFiles } from './checks/gateway/files.ts'
import { checkKeyFile } from './checks/key-file.ts'
import { checkNames } from './checks/names.ts'
import { checkOutbox } from './checks/outbox.ts'
import { checkService } from './checks/service.ts'
import { checkSettings } from './checks/settings.ts'
import { checkSipUdp } from './checks/sip-udp.ts'
import { checkUnit } from './checks/unit.ts'
import { checkWakes } from './checks/wakes.ts'
import type { Finding } from './finding.ts'
import { leftOut } from './left-out.ts'
import type { Patient } from './patient.ts'
import type { Asked, Health, PnsState } from './pns.ts'
import { checkAlternateWay, checkWay } from './way/way.ts'

type Found = Finding[] | Promise<Finding[]>

/** `what` says in words what is looked at; `pns` is the state of the running service. */
export type Check = { what: string; run: (patient: Patient, pns: PnsState, at: Asked) => Found }

const withSettings = (what: string, run: (settings: SettingsFile) => Found): Check => ({
  what,
  run: ({ settings }) => (settings ? run(settings) : [leftOut(what, 'the settings cannot be used')]),
})

const withPns = (what: string, run: (health: Health, at: Asked) => Found): Check => ({
  what,
  run: (_patient, pns, at) => (pns.is === 'up' ? run(pns.health, at) : [leftOut(what, 'the service does not answer')]),
})

/** Where docs/sip-gateway.md puts it. */
const KAMAILIO_CFG = '/etc/kamailio/wakecall/kamailio.cfg'

/** In the order in which they are told. */
export const CHECKS: readonly Check[] = [
  { what: 'the settings', run: checkSettings },
  withSettings('the key file', checkKeyFile),
  { what: 'the service', run: (_patient, pns, at) => checkService(at, pns) },
  { what: 'the systemd unit', run: checkUnit },
  withSettings('the disk', checkDisk),
  withSettings('the way to the relay', checkWay),
  withSettings('the way to the alternate relay', checkAlternateWay),
  withPns('the names that the service knows', checkNames),
  withPns('what waits for the relay', checkOutbox),
  withPns('the last calls', (_health, at) => checkWakes(at)),
  { what: 'SIP over UDP', run: checkSipUdp },
  withSettings('Asterisk', checkAriSetup),
  { what: 'the extensions in Asterisk', run: checkAriExtensions },
  withSettings('the SIP gateway', checkGateway),
  withSettings('the files of the SIP gateway', (settings) => checkGatewayFiles(settings, KAMAILIO_CFG)),
]
