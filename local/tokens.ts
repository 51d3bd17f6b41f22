/**
 * The tokens of simulated devices: a test instrument. A token has the form of a real one, says in readable text whose it
 * is, and chooses what becomes of the pushes to it: `wakecall:voip:accept:alice`, in hexadecimal where Apple's form asks it.
 */

export const FATES = ['accept', 'unregistered', 'throttled', 'slow', 'unavailable', 'wrong_environment', 'never_wakes'] as const

/**
 * `accept`: delivered. `unregistered`: the app is gone from the phone. `throttled`: the first push is refused, the rest are
 * delivered. `slow`: the provider takes seconds to answer. `unavailable`: the provider answers 503 to every push.
 * `wrong_environment`: Apple's sandbox token, Google's token of another sender. `never_wakes`: delivered, the phone is off.
 */
export type Fate = (typeof FATES)[number]

export const TOKEN_KINDS = ['voip', 'alert', 'fcm'] as const
export type TokenKind = (typeof TOKEN_KINDS)[number]

/** `phone` is 1 to 64 characters of `A-Z a-z 0-9 _ . -`; an iPhone's VoIP and alert tokens name the same phone. */
export type SimulatedToken = { kind: TokenKind; fate: Fate; phone: string }

export const PHONE_NAME = /^[A-Za-z0-9_.-]{1,64}$/

const TEXT = new RegExp(`^wakecall:(${TOKEN_KINDS.join('|')}):(${FATES.join('|')}):(.*)$`)

const parseText = (text: string): SimulatedToken | undefined => {
  const [, kind, fate, phone] = TEXT.exec(text) ?? []
  return phone && PHONE_NAME.test(phone) ? { kind: kind as TokenKind, fate: fate as Fate, phone } : undefined
}

/** Makes a token. Throws a RangeError for a phone that no token can name. */
export function tokenOf({ kind, fate, phone }: SimulatedToken): string {
  const text = `wakecall:${kind}:${fate}:${phone}`
  if (!parseText(text)) throw new RangeError('a simulated phone is named by 1 to 64 characters of A-Z a-z 0-9 _ . -')
  return kind === 'fcm' ? text : Buffer.from(text).toString('hex')
}

/** Reads a token; `undefined` for one that `tokenOf` did not make: a provider knows no device of that token. */
export function readToken(token: string): SimulatedToken | undefined {
  const hexadecimal = /^(?:[0-9a-f]{2})+$/i.test(token)
  const read = parseText(hexadecimal ? Buffer.from(token, 'hex').toString() : token)
  return read && hexadecimal === (read.kind !== 'fcm') ? read : undefined
}
