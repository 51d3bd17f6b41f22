import * as v from 'valibot'
import { AppName, PbxId, RingSeconds } from '../wire/fields.ts'
import { check } from '../wire/parse.ts'
import { isLoopback, parseListen } from './listen.ts'

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

const entries = {
  relay: RelayUrl,
  pbx: PbxId,
  keyFile: NonEmpty,
  dataDir: NonEmpty,
  listen: v.optional(Listen, '127.0.0.1:7460'),
  localToken: v.optional(LocalToken),
  pushBudgetMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(50), v.maxValue(30_000)), 2000),
  ringSeconds: v.optional(RingSeconds, 30),
  defaultApp: v.optional(AppName),
  log: v.optional(LogSettings, {}),
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

export const SETTINGS_KEYS = [...Object.keys(entries), ...Object.keys(LogSettings.entries).map((key) => `log.${key}`)]

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
