/** The settings of the Asterisk under test: what we ship, and the endpoints, callers and context of the tests. */
import { readFileSync } from 'node:fs'

const shipped = (name: string) => readFileSync(new URL(`../../../pbx/asterisk/conf/${name}`, import.meta.url), 'utf8')

/** sipp registers from another port than it is called at, and knows no OPTIONS. */
const endpoint = (name: string, qualifySeconds: number) => `
[${name}](wakecall-phone)
context=phones
allow=!all,ulaw
rewrite_contact=no
aors=${name}
[${name}](wakecall-aor)
qualify_frequency=${qualifySeconds}
`

const TRANSPORT = `
[udp]
type=transport
protocol=udp
bind=127.0.0.1:5060
`

/** What the dialplan knows of a call when it is over can be read in what Asterisk prints. */
const PHONES = `
[outcome]
exten => _X.,1,NoOp(outcome=\${WAKECALL_STATUS} devices=\${WAKECALL_DEVICES} woke=\${WAKECALL_WOKE} ms=\${WAKECALL_WAKE_MS})
 same => n,Return()
[phones]
exten => _X.,1,Set(CHANNEL(hangup_handler_push)=outcome,\${EXTEN},1)
 same => n,Gosub(wakecall,\${EXTEN},1)
 same => n,Hangup(\${IF($["\${WAKECALL_STATUS}" = "BUSY"]?17:20)})
`

export const ARI = { url: 'http://127.0.0.1:8088/ari', username: 'wakecall', password: 'a-secret-of-the-tests' }

/** `endpoints`: of PJSIP, with an extension each. `dialplan`: what else is in the context that they call from. */
export type AsteriskOptions = { endpoints: readonly string[]; dialplan?: string | undefined; qualifySeconds?: number | undefined }

/** The files of such an Asterisk. */
export const settingsFiles = ({ endpoints, dialplan = '', qualifySeconds = 0 }: AsteriskOptions): Record<string, string> => ({
  'pjsip.conf': shipped('pjsip.conf') + TRANSPORT + endpoints.map((name) => endpoint(name, qualifySeconds)).join(''),
  'extensions.conf': shipped('extensions.conf') + PHONES + dialplan,
  // Away from the ports of the phones.
  'rtp.conf': '[general]\nrtpstart=40000\nrtpend=50000\n',
  'http.conf': shipped('http.conf'),
  'ari.conf': shipped('ari.conf').replace(/^password=$/m, `password=${ARI.password}`),
})
