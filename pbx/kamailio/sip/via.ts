const VIA = /^SIP\s*\/\s*2\.0\s*\/\s*\w+\s+([^;,\s]+)([^,]*)/i
const BRANCH = /;\s*branch\s*=\s*([^;,\s]+)/i

/** The topmost Via (RFC 3261, 18.1.1): who sent it, and what its transaction is called. */
export function parseVia(value: string): { sentBy: string; branch: string } {
  const [, sentBy = '', params = ''] = VIA.exec(value) ?? []
  return { sentBy, branch: BRANCH.exec(params)?.[1] ?? '' }
}
