/** The relay's name, and addresses of RFC 5737's blocks for documentation. */
export const NAME = 'relay.wakecall.example'

export const PBX = '203.0.113.2'

/** What listens on port 443, by what it is. */
export const ADDRESSES = {
  relay: '203.0.113.10',
  interceptor: '203.0.113.11',
  portal: '203.0.113.12',
  expired: '203.0.113.13',
  expiring: '203.0.113.14',
  cutting: '203.0.113.15',
}

/** DNS servers, by where they lead to. */
export const DNS = {
  honest: '203.0.113.50',
  interceptor: '203.0.113.51',
  portal: '203.0.113.52',
  expired: '203.0.113.53',
  expiring: '203.0.113.54',
  cutting: '203.0.113.55',
  liar: '203.0.113.56',
}

/** Nobody has it. */
export const NOWHERE = '203.0.113.99'
