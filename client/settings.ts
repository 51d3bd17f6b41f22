import * as v from 'valibot'
import { AppName, PbxId, RingSeconds } from '../wire/fields.ts'
import { check } from '../wire/parse.ts'
import { isLoopback, parseListen, resolverOf } from './listen.ts'

/** Settings that cannot be used: one line an error with the name of the key, never its value. */
export class SettingsError extends Error {
  constructor(errors: readonly string[]) {
    super(errors.join('\n'))
    this.name = 'SettingsError'
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

const HttpUrl = v.pipe(
  v.string(),
  v.check(
    (text) => ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? ''),
    'must be a URL like http://127.0.0.1:8088/ari',
  ),
)

const Listen = v.pipe(
  v.string(),
  v.check((text) => parseListen(text) !== undefined, 'must be address:port, like 127.0.0.1:7460'),
)

const LocalToken = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 visible ASCII characters'))

const LogSettings = v.strictObject({
  level: v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
  file: v.optional(v.pipe(v.string(), v.minLength(1))),
})

const NonEmpty = v.pipe(v.string(), v.minLength(1, 'must not be empty'))

const Resolver = v.pipe(
  v.string(),
  v.check(
    (text) => resolverOf(text) !== undefined,
    'must be an IP address, or one with a port like 192.0.2.53:53 or [2001:db8::53]:53',
  ),
)

const ProxyUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text)
    return url?.protocol === 'http:' && url.pathname === '/' && !url.search
  }, 'must be the address of an HTTP proxy, like http://proxy.example.com:3128 or http://user:password@proxy.example.com:3128'),
)

const NetworkSettings = v.strictObject({
  resolvers: v.optional(v.array(Resolver), []),
  proxy: v.optional(ProxyUrl),
  caFile: v.optional(NonEmpty),
})

const AriSettings = v.strictObject({ url: HttpUrl, username: NonEmpty, password: NonEmpty })

const SipAddress = v.pipe(
  v.string(),
  v.check((text) => parseListen(text) !== undefined, 'must be address:port, like 127.0.0.1:5060'),
)
const GatewaySettings = v.strictObject({ sip: SipAddress })

const entries = {
  relay: RelayUrl,
  alternateRelay: v.optional(RelayUrl),
  pbx: PbxId,
  keyFile: NonEmpty,
  dataDir: NonEmpty,
  listen: v.optional(Listen, '127.0.0.1:7460'),
  localToken: v.optional(LocalToken),
  pushBudgetMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(50), v.maxValue(30_000)), 2000),
  ringSeconds: v.optional(RingSeconds, 30),
  defaultApp: v.optional(AppName),
  network: v.optional(NetworkSettings, {}),
  log: v.optional(LogSettings, {}),
  ari: v.optional(AriSettings),
  gateway: v.optional(GatewaySettings),
}

/** The settings file; wakecall.sample.toml says what each key means. */
export const SettingsFile = v.pipe(
  v.object(entries),
  v.partialCheck(
    [['listen'], ['localToken']],
    ({ listen, localToken }) => localToken !== undefined || isLoopback(parseListen(listen)?.host ?? 'localhost'),
    'localToken: is missing, and listen is not a loopback address: anybody on the network could ring your phones',
  ),
)
export type SettingsFile = v.InferOutput<typeof SettingsFile>

const TABLES = { network: NetworkSettings, log: LogSettings, ari: AriSettings, gateway: GatewaySettings }

/** Every key, that of a table as `table.key`. */
export const SETTINGS_KEYS = [
  ...Object.keys(entries),
  ...Object.entries(TABLES).flatMap(([table, schema]) => Object.keys(schema.entries).map((key) => `${table}.${key}`)),
]

/** Settings of earlier versions, and what to do about them. */
const GONE: Record<string, string> = {
  keyId: 'is no longer a setting, because the key itself says what it is called: delete this line',
}

const nameOf = (pointer: string): string => pointer.slice(1).replaceAll('/', '.')

/** The errors of settings as they stand in the file, each with the name of its key; none if they can be used. */
export function settingsErrors(input: Record<string, unknown>): string[] {
  const unknown = Object.keys(input).filter((key) => !(key in entries))
  const checked = check(SettingsFile, input)
  const errors = 'errors' in checked ? checked.errors : []
  return [
    ...unknown.map((key) => `${key}: ${GONE[key] ?? 'is not a setting'}`),
    ...errors.map(({ pointer, message }) => (pointer ? `${nameOf(pointer)}: ${message}` : message)),
  ]
}
