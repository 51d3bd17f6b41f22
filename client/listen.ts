import { BlockList, isIP } from 'node:net'

export type Listen = { host: string; port: number }

/** `127.0.0.1:7460` or `[::1]:7460`; `undefined` for anything else. */
export function parseListen(text: string): Listen | undefined {
  const [, v6, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? []
  const [host, port] = [v6 ?? name, Number(digits)]
  return host && port <= 65_535 ? { host, port } : undefined
}

const UNIX = 'unix:'

/** The longest path that Linux takes (unix(7)), its end not counted. */
const SOCKET_PATH_BYTES = 107

/** The socket of `unix:/run/wakecall/pns.sock`; `undefined` for anything else. */
export function socketPathOf(text: string): string | undefined {
  const path = text.startsWith(`${UNIX}/`) ? text.slice(UNIX.length) : undefined
  return path !== undefined && Buffer.byteLength(path) <= SOCKET_PATH_BYTES ? path : undefined
}

/** How `listen` is written for those who ask, as `--pns`. */
export const addressOf = (listen: string): string => (listen.startsWith(UNIX) ? listen : `http://${listen}`)

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  const family = isIP(host)
  return family === 0 ? /(^|\.)localhost$/.test(host) : loopback.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/** How the address is written in a URL. */
export const urlOf = ({ host, port }: Listen): string => `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`

/** The address of a DNS resolver as `node:dns` takes it; `undefined` for anything else. */
export function resolverOf(text: string): string | undefined {
  if (isIP(text) !== 0) return text
  const given = parseListen(text)
  return given && isIP(given.host) !== 0 ? text : undefined
}
