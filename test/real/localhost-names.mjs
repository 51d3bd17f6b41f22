/** Loaded into Node before anything else: names under `.localhost` are loopback (RFC 6761, 6.3), which not every resolver knows. */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

for (const module of [dns, dns.promises]) {
  const { lookup } = module
  module.lookup = (hostname, ...rest) => lookup(hostname.endsWith('.localhost') ? '127.0.0.1' : hostname, ...rest)
}
syncBuiltinESMExports()
