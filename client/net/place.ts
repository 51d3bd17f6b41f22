const PORTS: Record<string, number> = { 'https:': 443, 'http:': 80 }

/** As `node:net` takes it: an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

export const portOf = ({ port, protocol }: URL): number => Number(port || PORTS[protocol])

/** Host and port, without what else an address of a proxy holds: a password. */
export const placeOf = (url: URL): string => `${url.hostname}:${portOf(url)}`
