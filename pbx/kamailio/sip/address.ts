/** Of From, To or Contact (RFC 3261, 20.10): parameters of the header, not of the URI. */
export type Address = { name?: string; uri: string; params: ReadonlyMap<string, string> }

const NAME_ADDR = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>(.*)$/s
const PARAM = /;\s*([^=;\s]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*)))?/g

const paramsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(PARAM)].map(([, name = '', quoted, bare = '']) => [name.toLowerCase(), (quoted ?? bare).trim()] as const),
  )

/** `undefined` for what is no address. */
export function parseAddress(value: string): Address | undefined {
  const [, quoted, token, uri, rest = ''] = NAME_ADDR.exec(value) ?? []
  if (uri !== undefined) {
    const name = quoted?.replace(/\\(.)/gs, '$1') ?? token
    return { ...(name && { name }), uri, params: paramsOf(rest) }
  }
  const [bare = '', ...params] = value.trim().split(';')
  return /^[a-z]+:\S+$/i.test(bare) ? { uri: bare, params: paramsOf(`;${params.join(';')}`) } : undefined
}

const USER = /^sips?:([^@;?:]+)[^@]*@/i
const NUMBER = /^tel:([^;]+)/i

/** Without its parameters and password, its escapes read; `undefined` if the URI has none. */
export function userOf(uri: string): string | undefined {
  const user = (USER.exec(uri) ?? NUMBER.exec(uri))?.[1]
  if (user === undefined) return undefined
  try {
    return decodeURIComponent(user)
  } catch {
    return undefined
  }
}
