import { readFileSync } from 'node:fs'
import { type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'
import { leftOut } from '../left-out.ts'
import { openPorts } from '../processes.ts'

export const SIP_UDP = {
  sip_transport_fits: ok('A phone that wakes registers by SIP; on mobile networks best over TLS or TCP.'),
  sip_udp_fragments: warning(
    'An INVITE over UDP that exceeds the MTU goes in pieces, which mobile networks and NATs drop: the phone wakes and no call comes.',
    'Give phones TLS (or TCP) as SIP transport. Where it must be UDP: fewer codecs, and no ICE candidates that nobody needs.',
  ),
  sip_udp_only: warning(
    'Over UDP the NAT of a mobile network forgets a phone within a minute, and large packets are dropped.',
    'Let the PBX listen for SIP over TLS (5061) or TCP (5060) too, and set it in the phones’ accounts.',
  ),
} satisfies Catalogue

const found = finder(SIP_UDP)

const SIP = 5060
const SIPS = 5061

/** `Ip` counters of /proc/net/snmp: a line of names, then one of numbers. */
export function ipCounters(snmp: string): Record<string, number> {
  const [names = [], numbers = []] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Ip:'))
    .map((line) => line.split(' ').slice(1))
  return Object.fromEntries(names.map((name, i) => [name, Number(numbers[i])]))
}

type Ports = { udp: number[]; tcp: number[] }

/** `counters` are of all of the machine's packets since its start, so they say “perhaps” only. */
export function judgeTransport({ udp, tcp }: Ports, counters: Record<string, number>): Finding[] {
  if (!udp.includes(SIP)) return [found('sip_transport_fits', `No SIP over UDP: nobody listens on UDP port ${SIP} here.`)]
  const { FragCreates = 0, FragFails = 0, ReasmFails = 0 } = counters
  const pieces = `packets sent in pieces since the machine started: ${FragCreates}, too large to send: ${FragFails}, received without some piece: ${ReasmFails}`
  const streams = [SIP, SIPS].filter((port) => tcp.includes(port))
  const findings = [
    ...(FragCreates + FragFails + ReasmFails > 0 ? [found('sip_udp_fragments', `SIP over UDP; ${pieces}.`)] : []),
    ...(streams.length === 0 ? [found('sip_udp_only', `SIP on UDP port ${SIP}, and neither on TCP ${SIP} nor on ${SIPS}.`)] : []),
  ]
  return findings.length > 0 ? findings : [found('sip_transport_fits', `SIP on UDP and on TCP ${streams.join(', ')}; ${pieces}.`)]
}

export function checkSipUdp(): Finding[] {
  try {
    const [udp, tcp] = [openPorts('udp'), openPorts('tcp')].map((ports) => ports.map(({ port }) => port))
    return judgeTransport({ udp: udp ?? [], tcp: tcp ?? [] }, ipCounters(readFileSync('/proc/net/snmp', 'utf8')))
  } catch {
    return [leftOut('SIP over UDP', 'this system does not count packets as Linux does')]
  }
}
