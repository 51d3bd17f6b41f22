/** What pushes to a phone, as it says in its Contact: RFC 8599, and what Linphone and older clients made of it. */
import * as v from 'valibot'
import type { Platform } from '../wire/delivery.ts'
import { AppleToken, FcmToken } from '../wire/fields.ts'

/**
 * `token`: PushKit or FCM. `app`: whose it is, `TEAM.bundle` or the Firebase project, if the phone says so; a build of
 * Apple's sandbox has `.dev` behind it, because it is another app to the relay.
 */
export type PushTarget = {
  platform: Platform
  token: string
  alertToken?: string | undefined
  app?: string | undefined
}

/** `"Ada" <sip:1001@192.0.2.1;transport=tcp>;expires=300` up to the host: a user may have parameters, too. */
const HEAD = /^(?:(?:"[^"]*"|[^<"])*<)?(?:[^@>]*@)?/
const PARAM = /;([^;>?]*)/g

const nameOf = (param: string): string => (param.split('=', 1)[0] ?? '').trim().toLowerCase()
const isPush = (name: string): boolean => name.startsWith('pn-') || name === 'app-id'

/** Bytes, not characters: whatever is escaped, nothing fails, and no token has more than ASCII. */
const unescaped = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

function split(contact: string): [head: string, rest: string] {
  const end = HEAD.exec(contact)?.[0].length ?? 0
  return [contact.slice(0, end), contact.slice(end)]
}

/** Of the URI and behind it; the first of a name counts. */
function pushParamsOf(contact: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, param = ''] of split(contact)[1].matchAll(PARAM)) {
    const name = nameOf(param)
    const value = param.slice(param.indexOf('=') + 1 || param.length)
    if (isPush(name) && !found.has(name)) found.set(name, unescaped(value.trim()))
  }
  return found
}

/** The contact without what is said of pushes: the place where a phone is. */
export function withoutPush(contact: string): string {
  const [head, rest] = split(contact)
  return head + rest.replace(PARAM, (whole, param: string) => (isPush(nameOf(param)) ? '' : whole))
}

/** By `pn-provider`, or the `pn-type` that was before it. */
const PLATFORMS: ReadonlyMap<string, Platform> = new Map([
  ['apns', 'ios'],
  ['apns.dev', 'ios'],
  ['apple', 'ios'],
  ['fcm', 'android'],
  ['firebase', 'android'],
  ['google', 'android'],
  ['android', 'android'],
])

/** Of an Apple app: which tokens follow, in their order. */
const SERVICES = /\.((?:voip|remote)(?:&(?:voip|remote))*)$/i
/** Before RFC 8599 the environment stood behind the app. */
const ENVIRONMENT = /\.(dev|prod)$/i
const SUFFIX = /:(voip|remote)$/i

function appleTarget(provider: string, prid: string, param: string): PushTarget | { fault: string } {
  const legacy = provider === 'apple'
  const sandbox = provider === 'apns.dev' || (legacy && /\.dev$/i.test(param))
  const topic = legacy ? param.replace(ENVIRONMENT, '') : param
  const services = SERVICES.exec(topic)?.[1]?.toLowerCase().split('&') ?? []
  const tokens = prid.split('&')
  // One token that says nothing of itself is for calls: that is what a phone registers for.
  const serviceOf = (token: string, i: number) =>
    SUFFIX.exec(token)?.[1]?.toLowerCase() ?? (services.length === tokens.length ? services[i] : 'voip')
  const tokenFor = (service: string) => tokens.find((token, i) => serviceOf(token, i) === service)?.replace(SUFFIX, '')

  const [voip, alert] = [tokenFor('voip'), v.safeParse(AppleToken, tokenFor('remote'))]
  if (voip === undefined) return { fault: 'pn-prid has no VoIP token, only one for alerts: no call can wake this phone' }
  const token = v.safeParse(AppleToken, voip)
  if (!token.success) return { fault: 'pn-prid has no token of Apple: 32 to 400 hexadecimal characters' }
  const bundle = topic.replace(SERVICES, '')
  const app = bundle && (sandbox ? `${bundle}.dev` : bundle)
  return { platform: 'ios', token: token.output, ...(alert.success && { alertToken: alert.output }), ...(app && { app }) }
}

function googleTarget(prid: string, param: string): PushTarget | { fault: string } {
  const token = v.safeParse(FcmToken, prid)
  if (!token.success) return { fault: 'pn-prid has no token of FCM: 16 to 4096 characters of A-Z a-z 0-9 _ : . -' }
  return { platform: 'android', token: token.output, ...(param && { app: param }) }
}

/**
 * What pushes to the phone of a contact, which is a SIP URI or a whole Contact header, escaped or not; `undefined` if it
 * has no token, as that of a phone that only asks what is supported (RFC 8599, 4.1.5). A fault never has a token in it.
 */
export function pushTargetOf(contact: string): PushTarget | { fault: string } | undefined {
  const params = pushParamsOf(contact)
  const provider = (params.get('pn-provider') || params.get('pn-type') || '').toLowerCase()
  const prid = params.get('pn-prid') || params.get('pn-tok') || ''
  const param = params.get('pn-param') || params.get('app-id') || ''
  if (!prid) return undefined
  if (!provider && !SUFFIX.test(prid)) return { fault: 'pn-provider is missing: it must be apns or fcm' }
  const platform = provider ? PLATFORMS.get(provider) : 'ios'
  if (platform === undefined) return { fault: 'pn-provider must be apns or fcm: nothing else can be pushed to' }
  return platform === 'ios' ? appleTarget(provider, prid, param) : googleTarget(prid, param)
}

/** What is the same of a phone at every place: the token that a call is pushed to. */
export function pushIdOf(contact: string): string | undefined {
  const target = pushTargetOf(contact)
  return target && 'token' in target ? target.token : undefined
}
