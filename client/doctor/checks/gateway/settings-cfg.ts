type Setting = { value: string; line: number }

/** Of pbx/kamailio/conf/settings.cfg what can be compared; lines count from 1. `listens`: as SIP has them, `advertised` as others see them. */
export type SettingsCfg = {
  values: ReadonlyMap<string, Setting>
  switches: ReadonlySet<string>
  listens: readonly { protocol: string; address: string; advertised: string; line: number }[]
}

const withPort = (address: string, protocol: string) =>
  /:\d+$/.test(address) ? address : `${address}:${protocol === 'tls' ? 5061 : 5060}`

export function parseSettingsCfg(text: string): SettingsCfg {
  const values = new Map<string, Setting>()
  const switches = new Set<string>()
  const listens: SettingsCfg['listens'][number][] = []
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1
    const [, name, value = ''] = /^#!substdef "!(\w+)!(.*)!g"$/.exec(content) ?? []
    if (name !== undefined) values.set(name, { value, line })
    const [, define] = /^#!define (\w+)\s*$/.exec(content) ?? []
    if (define !== undefined) switches.add(define)
    const [, protocol = 'udp', address, advertised = address] =
      /^listen\s*=\s*(?:(udp|tcp|tls|sctp):)?([^\s"#]+)(?:\s+advertise\s+"?([^\s"]+))?/.exec(content) ?? []
    if (address !== undefined && advertised !== undefined) {
      listens.push({ protocol, address: withPort(address, protocol), advertised: withPort(advertised, protocol), line })
    }
  }
  return { values, switches, listens }
}
