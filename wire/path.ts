/**
 * Identifiers in paths. API Gateway's HTTP APIs percent-decode a path before they route it and before they hand it to
 * the function: `%2F` becomes a separator and everything after a decoded `?` is cut off, so percent-encoding can neither
 * carry every Call-ID nor be signed. An identifier is therefore escaped with `~XX` (hexadecimal), which leaves only
 * unreserved characters (RFC 3986, 2.3): decoding such a path changes nothing. See docs/adr/0001-path-escape.md.
 */

/** `a84b@host/1` → `a84b~40host~2F1`. Takes visible ASCII, gives `[A-Za-z0-9._~-]+`; never `.` or `..`. */
export function escapeId(id: string): string {
  const unsafe = /^\.{1,2}$/.test(id) ? /./g : /[^A-Za-z0-9._-]/g
  return id.replace(unsafe, (character) => `~${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

/** The inverse of `escapeId`, for exactly its outputs; anything else gives `undefined`, so that an id has one path. */
export function unescapeId(segment: string): string | undefined {
  const id = segment.replace(/~([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return escapeId(id) === segment ? id : undefined
}
