import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { dirname, join } from 'node:path'
import { parseListen } from '../../../listen.ts'
import type { SettingsFile } from '../../../settings.ts'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../../finding.ts'
import { leftOut } from '../../left-out.ts'
import { askOptions } from './answers.ts'
import { bindingsFault, tablesFor } from './bindings.ts'
import { faultsOf } from './faults.ts'
import { complaintsOf, kamailioVersion } from './kamailio.ts'
import { parseSettingsCfg, type SettingsCfg } from './settings-cfg.ts'

const RESTART = 'then `systemctl restart kamailio`.'

export const GATEWAY_FILES = {
  gateway_settings_fit: ok('Kamailio, the holder and the PBX reach each other at the addresses of settings.cfg.'),
  gateway_settings_wrong: broken(
    'Kamailio does not start, or calls of phones that sleep are not held.',
    `Mend this line of settings.cfg, ${RESTART}`,
  ),
  gateway_bindings_ready: ok('Phones that are registered still are after a restart of Kamailio.'),
  gateway_bindings_unusable: broken(
    'Kamailio does not start, or forgets every phone when it starts again.',
    'Make the file, and give it to the user kamailio: the first step of sip-gateway.md.',
  ),
  gateway_config_loads: ok('Kamailio has its modules, and understands the configuration.'),
  gateway_config_refused: broken(
    'Kamailio does not start with this configuration.',
    `Mend what it says; a module that is not found is in one of the packages kamailio-*-modules. Then \`systemctl restart kamailio\`.`,
  ),
  gateway_kamailio_old: broken('The configuration is for Kamailio 5.6 and later.', 'Install a later Kamailio.'),
  gateway_listens: ok('Phones and the PBX reach Kamailio here.'),
  gateway_deaf: broken('Phones and the PBX do not reach Kamailio here.', 'systemctl status kamailio; journalctl -u kamailio.'),
  gateway_pbx_answers: ok('The gateway hands calls and registrations to the PBX.'),
  gateway_pbx_silent: warning(
    'If the PBX is not there, no phone can register and no call comes. Some PBXs do not answer OPTIONS of strangers.',
    'Compare PBX_ADDRESS with where the PBX listens for SIP over UDP, and look at its firewall.',
  ),
} satisfies Catalogue

const found = finder(GATEWAY_FILES)
const WILDCARDS = ['0.0.0.0', '[::]']

function checkBindings({ values, switches }: SettingsCfg): Finding {
  const path = values.get('BINDINGS_FILE')?.value ?? ''
  try {
    const fault = bindingsFault(path, tablesFor(switches))
    return fault === undefined
      ? found('gateway_bindings_ready', `${path} has its tables.`)
      : found('gateway_bindings_unusable', `${path} ${fault}.`)
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    // It has tokens in it, and may well be for Kamailio alone.
    if (code === 'EACCES') return leftOut('the bindings of phones', `${path} is not for this user to read: ask as root`)
    return found('gateway_bindings_unusable', `${path}: ${code}.`)
  }
}

async function checkConfiguration(file: string): Promise<Finding[]> {
  const kamailio = await kamailioVersion()
  if (!kamailio) return [leftOut('the configuration of Kamailio', 'the command kamailio is not on this machine')]
  if (!kamailio.fits) return [found('gateway_kamailio_old', `Kamailio ${kamailio.version}.`)]
  const complaints = await complaintsOf(file)
  if (complaints.length === 0) return [found('gateway_config_loads', `${file}, Kamailio ${kamailio.version}.`)]
  return complaints.map((said) => found('gateway_config_refused', `${said}.`))
}

async function checkAnswer(
  address: string,
  good: 'gateway_listens' | 'gateway_pbx_answers',
  bad: 'gateway_deaf' | 'gateway_pbx_silent',
) {
  const answer = await askOptions(address)
  const seen = `${address}, SIP OPTIONS over UDP`
  return 'status' in answer ? found(good, `${seen}: ${answer.status}.`) : found(bad, `${seen}: ${answer.failed}.`)
}

const udpAddresses = ({ listens }: SettingsCfg): string[] =>
  listens
    .filter(({ protocol, address }) => protocol === 'udp' && isIP(parseListen(address)?.host ?? '') !== 0)
    .map(({ address }) => address)
    .filter((address) => !WILDCARDS.some((any) => address.startsWith(`${any}:`)))

/** The files of Kamailio beside `file`, its configuration; whether it listens where they say, and the PBX answers. */
export async function checkGatewayFiles({ gateway }: SettingsFile, file: string): Promise<Finding[]> {
  if (!gateway) return []
  const path = join(dirname(file), 'settings.cfg')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return [
      leftOut('the files of the SIP gateway', `${path} cannot be read (${code}): see \`wakecall gateway check --kamailio\``),
    ]
  }
  const cfg = parseSettingsCfg(text)
  const faults = faultsOf(cfg, gateway).map(({ line, name, message }) =>
    found('gateway_settings_wrong', `${path}${line === undefined ? '' : `:${line}`}: ${name} ${message}.`),
  )
  const fit = found('gateway_settings_fit', `${path} is in order, and as [gateway] has it.`)
  const pbx = cfg.values.get('PBX_ADDRESS')?.value ?? ''
  const [configuration, pbxFound, ...listening] = await Promise.all([
    checkConfiguration(file),
    parseListen(pbx) ? checkAnswer(pbx, 'gateway_pbx_answers', 'gateway_pbx_silent') : [],
    ...udpAddresses(cfg).map((address) => checkAnswer(address, 'gateway_listens', 'gateway_deaf')),
  ])
  return [faults.length > 0 ? faults : fit, checkBindings(cfg), configuration, listening, pbxFound].flat(2)
}
