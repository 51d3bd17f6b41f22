import * as v from 'valibot'
import { AppName, PbxId, RingSeconds } from '../wire/fields.ts'
import { check, MISSING } from '../wire/parse.ts'
import { isLoopback, parseListen, resolverOf, socketPathOf } from './listen.ts'
import { nearest } from './near.ts'

/** Settings that cannot be used: one line an error with the name of the key, never its value. */
export class SettingsError extends Error {
  readonly errors: readonly string[]

  constructor(errors: readonly string[]) {
    super(errors.join('\n'))
    this.name = 'SettingsError'
    this.errors = errors
  }
}

/** The origin of a relay, with nothing behind it. */
export const RelayUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text)
    const here = isLoopback(url?.hostname.replace(/^\[|\]$/g, '') ?? '')
    const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && here)
    return safe && `${url.origin}/` === url.href
  }, 'must be the address of the relay and nothing more, https unless it is on this machine, like https://abc.execute-api.eu-west-1.amazonaws.com'),
)

const text = (fits: (text: string) => boolean, says: string) => v.pipe(v.string(), v.check(fits, says))

const HttpUrl = text(
  (given) => ['http:', 'https:'].includes(URL.parse(given)?.protocol ?? ''),
  'must be a URL like http://127.0.0.1:8088/ari',
)

const Listen = text(
  (given) => parseListen(given) !== undefined || socketPathOf(given) !== undefined,
  'must be address:port, like 127.0.0.1:7460, or unix: and the absolute path of a socket (at most 107 bytes), like unix:/run/wakecall/pns.sock',
)

const Resolver = text(
  (given) => resolverOf(given) !== undefined,
  'must be an IP address, or one with a port like 192.0.2.53:53 or [2001:db8::53]:53',
)

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

export const ProxyUrl = text((given) => {
  const url = URL.parse(given)
  return url?.protocol === 'http:' && url.pathname === '/' && !url.search && isDecodable(url.username + url.password)
}, 'must be the address of an HTTP proxy, like http://proxy.example.com:3128 or http://user:password@proxy.example.com:3128')

const SipAddress = text((given) => parseListen(given) !== undefined, 'must be address:port, like 127.0.0.1:5060')

/** Nothing that comes there is asked who it is. */
const LoopbackAddress = text(
  (given) => isLoopback(parseListen(given)?.host ?? ''),
  'must be a loopback address:port, like 127.0.0.1:7462',
)

const LocalToken = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 visible ASCII characters'))

const NonEmpty = v.pipe(v.string(), v.minLength(1, 'must not be empty'))

const oneOf = <const T extends readonly string[]>(options: T) =>
  v.picklist(options, `must be one of ${options.join(', ')}, in quotes`)

const ApplicationName = v.pipe(v.string(), v.regex(/^[\w-]{1,79}$/, 'must be letters, digits, _ and - (at most 79)'))

const Flag = v.boolean('must be true or false, without quotes')

/** What another phone of the extension does when one is busy, or declines. */
const OTHERS = ['continue', 'stop'] as const

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
const within = (min: number, max: number, unit: string) =>
  v.pipe(
    v.number(`must be a number of ${unit}, without quotes`),
    v.integer(`must be a whole number of ${unit}`),
    v.check((given) => given >= min && given <= max, `must be ${min} to ${max} ${unit}`),
  )
const BudgetMs = v.pipe(v.number(), v.integer(), v.minValue(50), v.maxValue(30_000))

const TABLES = {
  network: v.object({
    resolvers: v.optional(v.array(Resolver), []),
    proxy: v.optional(ProxyUrl),
    caFile: v.optional(NonEmpty),
  }),
  log: v.object({
    level: v.optional(oneOf(LEVELS), 'info'),
    file: v.optional(NonEmpty),
  }),
  ari: v.object({
    url: HttpUrl,
    username: NonEmpty,
    password: NonEmpty,
    application: v.optional(ApplicationName, 'wakecall'),
    callerHears: v.optional(oneOf(['ringing', 'progress', 'music']), 'ringing'),
    musicClass: v.optional(NonEmpty, 'default'),
    onBusy: v.optional(oneOf(OTHERS), 'continue'),
    onDecline: v.optional(oneOf(OTHERS), 'continue'),
    stopLateRings: v.optional(Flag, true),
  }),
  gateway: v.object({
    sip: v.optional(SipAddress, '127.0.0.1:7463'),
    listen: v.optional(LoopbackAddress, '127.0.0.1:7462'),
    holdSeconds: v.optional(within(6, 45, 'seconds'), 20),
    pingMs: v.optional(within(100, 5000, 'milliseconds'), 700),
    callerHears: v.optional(oneOf(['ringing', 'progress']), 'ringing'),
    onBusy: v.optional(oneOf(OTHERS), 'continue'),
    onDecline: v.optional(oneOf(OTHERS), 'continue'),
    stopLateRings: v.optional(Flag, true),
    firewall: v.optional(Flag, false),
  }),
}

const entries = {
  relay: RelayUrl,
  alternateRelay: v.optional(RelayUrl),
  pbx: PbxId,
  keyFile: NonEmpty,
  dataDir: NonEmpty,
  listen: v.optional(Listen, '127.0.0.1:7460'),
  localToken: v.optional(LocalToken),
  console: v.optional(oneOf(['off', 'read', 'full']), 'read'),
  pushBudgetMs: v.optional(
    v.config(BudgetMs, { message: 'must be a whole number of milliseconds, 50 to 30000, without quotes' }),
    2000,
  ),
  ringSeconds: v.optional(v.config(RingSeconds, { message: 'must be a number of seconds, 5 to 120, without quotes' }), 30),
  defaultApp: v.optional(AppName),
  network: v.optional(TABLES.network, {}),
  log: v.optional(TABLES.log, {}),
  ari: v.optional(TABLES.ari),
  apps: v.optional(v.record(v.string(), AppName), {}),
  gateway: v.optional(TABLES.gateway),
}

/** The settings file; wakecall.sample.toml says what each key means. */
export const SettingsFile = v.pipe(
  v.object(entries),
  v.forward(
    v.partialCheck(
      [['listen'], ['localToken']],
      ({ listen, localToken }) => localToken !== undefined || isLoopback(parseListen(listen)?.host ?? 'localhost'),
      'is an address that others can reach, who could ring your phones: add a localToken, or listen on 127.0.0.1',
    ),
    ['listen'],
  ),
)
export type SettingsFile = v.InferOutput<typeof SettingsFile>

const keysOf = (name: string): string[] =>
  Object.hasOwn(TABLES, name) ? Object.keys(TABLES[name as keyof typeof TABLES].entries).map((key) => `${name}.${key}`) : []

/** Every key, that of a table as `table.key`. */
export const SETTINGS_KEYS: readonly string[] = Object.keys(entries).flatMap((name) => [name, ...keysOf(name)])

/** Settings of earlier versions, and what to do about them. */
const GONE: Record<string, string> = {
  keyId: 'is no longer a setting, because the key itself says what it is called: delete this line',
}

/** What is wrong with a key, that of a table as `table.key`. */
export type SettingFault = { key: string; message: string }

const splitOf = (key: string) => ({ table: key.includes('.') ? key.split('.')[0] : undefined, name: key.split('.').at(-1) })

function placeOf(key: string): string {
  const { table } = splitOf(key)
  return table === undefined ? 'above the first [table]' : `below [${table}]`
}

function unknownFault(key: string): SettingFault {
  const elsewhere = SETTINGS_KEYS.find((known) => splitOf(known).name === splitOf(key).name)
  const near = nearest(key, SETTINGS_KEYS)
  const next = near ? `did you mean ${near}?` : 'delete it, or see `wakecall config sample`'
  const message = elsewhere ? `is not a setting here: move it ${placeOf(elsewhere)}` : `is not a setting: ${next}`
  return { key, message: GONE[key] ?? message }
}

function unknownFaults(input: Record<string, unknown>): SettingFault[] {
  const given = Object.entries(input).flatMap(([name, value]) => {
    const known = typeof value === 'object' && value !== null && keysOf(name).length > 0
    return known ? Object.keys(value).map((key) => `${name}.${key}`) : [name]
  })
  return given.filter((key) => !SETTINGS_KEYS.includes(key)).map(unknownFault)
}

/** What valibot says of types is for programmers. */
const PLAIN: Record<string, string> = {
  'Invalid type: Expected string': 'must be text, in quotes',
  'Invalid type: Expected Array': 'must be a list, like ["192.0.2.53"]',
  'Invalid type: Expected Object': 'must be a table: its name in brackets on a line, its keys below',
}

/** Everything that is wrong with settings as they stand in the file; nothing if they can be used. */
export function settingsErrors(input: Record<string, unknown>): SettingFault[] {
  const checked = check(SettingsFile, input)
  const errors = 'errors' in checked ? checked.errors : []
  const faults = errors.map(({ pointer, message }) => {
    const key = pointer.slice(1).replaceAll('/', '.')
    const missing = `is missing: add it ${placeOf(key)}; \`wakecall config sample\` shows how`
    return { key, message: message === MISSING ? missing : (PLAIN[message] ?? message) }
  })
  return [...unknownFaults(input), ...faults]
}
