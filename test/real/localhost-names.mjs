/** Loaded into Node before anything else: names under `.localhost` are loopback (RFC 6761, 6.3), which not every resolver knows. */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

const { lookup } = dns
dns.lookup = (hostname, ...rest) => lookup(hostname.endsWith('.localhost') ? '127.0.0.1' : hostname, ...rest)
syncBuiltinESMExports()
