import { BlockList, isIP } from 'node:net'
import { parseListen } from '../../../listen.ts'
import type { SettingsFile } from '../../../settings.ts'
import type { SettingsCfg } from './settings-cfg.ts'

type Gateway = NonNullable<SettingsFile['gateway']>
/** What is wrong with a setting of settings.cfg; without a line it is missing. */
export type Fault = { line?: number; name: string; message: string }

/** A setting, what is wrong with its value, if anything. */
type Rule = [name: string, wrong: (value: string, cfg: SettingsCfg, gateway: Gateway) => string | undefined]

const family = (host: string) => (isIP(host) === 6 ? 'ipv6' : 'ipv4')
const bitsOf = (host: string) => (isIP(host) === 6 ? 128 : 32)

/** `undefined` if one of them is neither an address nor a network. */
function networksOf(text: string): BlockList | undefined {
  const networks = new BlockList()
  for (const entry of text.split(',')) {
    const [host = '', bits = String(bitsOf(host)), ...more] = entry.trim().split('/')
    const fits = isIP(host) !== 0 && /^\d+$/.test(bits) && Number(bits) <= bitsOf(host) && more.length === 0
    if (!fits) return undefined
    networks.addSubnet(host, Number(bits), family(host))
  }
  return networks
}

/** Kamailio's are POSIX's; what neither takes is a slip of the pen. */
function isPattern(text: string): boolean {
  try {
    return text !== '' && new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

const same = (expected: string, of: string) => (value: string) =>
  value === expected ? undefined : `must be ${expected}, as ${of} says`

const notAnAddress = (value: string) => (parseListen(value) ? undefined : 'must be address:port, like 192.0.2.20:5060')

const wholeNumber = (value: string) => (/^[1-9]\d*$/.test(value) ? undefined : 'must be a whole number, 1 at least')

const pattern = (value: string) => (isPattern(value) ? undefined : 'must be a regular expression')

const RULES: readonly Rule[] = [
  ['PBX_ADDRESS', notAnAddress],
  [
    'PBX_NETWORKS',
    (value, { values }) => {
      const networks = networksOf(value)
      if (!networks) return 'must be addresses and networks with commas, like 192.0.2.20/32,198.51.100.0/24'
      const { host = '' } = parseListen(values.get('PBX_ADDRESS')?.value ?? '') ?? {}
      const outside = isIP(host) !== 0 && !networks.check(host, family(host))
      return outside ? 'does not have PBX_ADDRESS: its calls are refused' : undefined
    },
  ],
  [
    'GATEWAY_ADDRESS',
    (value, { listens, switches }) => {
      if (!switches.has('REGISTER_AT_PBX') && !switches.has('REGISTER_FOR_USERS')) return undefined
      const known = listens.some(({ address, advertised }) => address === value || advertised === value)
      return known ? undefined : 'is the address of no `listen` line: the PBX would send calls where nobody is'
    },
  ],
  ['HOLDER_ADDRESS', (value, _cfg, { listen }) => same(listen, 'gateway.listen of wakecall.toml')(value)],
  ['HOLDER_SIDE', (value, _cfg, { sip }) => same(sip, 'gateway.sip of wakecall.toml')(value)],
  ['HOLDER_PORT', (value, _cfg, { sip }) => same(String(parseListen(sip)?.port), 'gateway.sip of wakecall.toml')(value)],
  ['BINDINGS_FILE', (value) => (value.startsWith('/') ? undefined : 'must be the absolute path of a file')],
  ['SCANNERS', pattern],
  ['FLOOD_REQUESTS', wholeNumber],
  ['WEBSOCKET_ORIGINS', pattern],
  [
    'AUTH_REALM',
    (_value, { switches }) => {
      const both = ['AUTH_HERE', 'REGISTER_FOR_USERS'].find((name) => switches.has(name) && switches.has('REGISTER_AT_PBX'))
      return both && `is of a gateway that registers phones itself: take REGISTER_AT_PBX away, or ${both}`
    },
  ],
  ['NONCE_SECONDS', wholeNumber],
  ['WRONG_PASSWORDS', wholeNumber],
  ['BAN_SECONDS', wholeNumber],
  [
    'TOPOLOGY_KEY',
    (value, { switches }) =>
      switches.has('TOPOLOGY_HIDING') && value === 'change this key'
        ? 'is the one that everybody has: choose a secret of your own, like `openssl rand -hex 16` gives'
        : undefined,
  ],
  [
    'CONTACT_BYTES',
    (value) =>
      /^[1-9]\d*$/.test(value) && Number(value) <= 1023 ? undefined : 'must be 1 to 1023, or Kamailio keeps no contact',
  ],
]

/** What is wrong in settings.cfg, by itself and with [gateway] of wakecall.toml. */
export function faultsOf(cfg: SettingsCfg, gateway: Gateway): Fault[] {
  const faults = RULES.flatMap(([name, wrong]): Fault[] => {
    const setting = cfg.values.get(name)
    if (!setting) return [{ name, message: 'is missing: take its line from the shipped settings.cfg' }]
    const message = wrong(setting.value, cfg, gateway)
    return message === undefined ? [] : [{ line: setting.line, name, message }]
  })
  if (cfg.listens.length > 0) return faults
  return [{ name: 'listen', message: 'is missing: without it phones and the PBX reach nobody' }, ...faults]
}
