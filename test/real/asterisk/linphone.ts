import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Namespace } from '../namespace.ts'
import { startProgram } from './process.ts'

type Account = { password?: string; transport?: 'udp' | 'tcp' }

const config = (port: number, extension: string, contactParams: string, { password = '', transport = 'udp' }: Account) => `[sip]
sip_port=${port}
sip_tcp_port=${transport === 'tcp' ? -1 : 0}
sip_tls_port=0
[sound]
playback_dev_id=ANALOG: none
[proxy_0]
reg_proxy=<sip:127.0.0.1:5060;transport=${transport}>
reg_identity=sip:${extension}@127.0.0.1
reg_expires=300
reg_sendregister=1
publish=0
contact_uri_parameters=${contactParams}
[auth_info_0]
username=${extension}
passwd=${password}
`

export type Linphone = {
  output: () => string
  /** It unregisters, and ends. */
  quit: () => void
  /** It is gone from one moment to the next, and stays registered. */
  sleep: () => Promise<void>
}

/** Linphone: a phone that says in its Contact what pushes to it (RFC 8599), and answers at once. */
export function linphoneIn(namespace: Namespace, dir: string, freePort: () => number) {
  return (extension: string, contactParams: string, account: Account = {}): Linphone => {
    const home = join(dir, `linphone-${freePort()}`)
    const [settings, input] = [join(home, 'linphonerc'), join(home, 'input')]
    // Without this folder it does not start, and says nothing.
    mkdirSync(join(home, '.local/share/linphone'), { recursive: true })
    writeFileSync(settings, config(freePort(), extension, contactParams, account))
    writeFileSync(input, '')
    // At the end of its input it crashes.
    const daemon = `exec linphone-daemon --config ${settings} --auto-answer < <(exec tail -f ${input})`
    const { output, end } = startProgram(namespace, ['bash', '-c', daemon], { HOME: home })
    return { output, quit: () => appendFileSync(input, 'quit\n'), sleep: () => end('SIGKILL') }
  }
}
