import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Namespace, Started } from '../namespace.ts'
import { tone } from './tone.ts'

const config = (port: number, audio: string) => `poll_method epoll
sip_listen 127.0.0.1:${port}
net_interface 127.0.0.1
rtp_ports ${port + 4}-${port + 9}
cons_listen 127.0.0.1:${port + 2}
audio_source aufile,${audio}
audio_player aubridge,sink
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
module_path /usr/lib/baresip/modules
module cons.so
module g711.so
module aufile.so
module aubridge.so
module_app account.so
module_app menu.so
`

/** A softphone as people use them. */
export type Softphone = Started & {
  port: number
  command: (line: string) => Promise<unknown>
  /** Digits, as DTMF. */
  press: (digits: string) => Promise<unknown>
  /** How many calls were answered so far. */
  talked: () => number
  /** In how many of them it heard something: RTP came. */
  heard: () => number
}

const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0

/** baresip: each with an address of its own, at which commands reach it too. */
export function baresipIn(namespace: Namespace, dir: string, freePort: () => number) {
  const audio = join(dir, 'tone.wav')
  writeFileSync(audio, tone(60))

  function start(user: string, params: string, ...args: string[]): Softphone {
    const port = freePort()
    const home = join(dir, `baresip-${port}`)
    mkdirSync(home)
    writeFileSync(join(home, 'config'), config(port, audio))
    writeFileSync(join(home, 'accounts'), `<sip:${user}@127.0.0.1:5060>;auth_pass=none;audio_codecs=PCMU/8000/1;${params}\n`)
    writeFileSync(join(home, 'contacts'), '')
    const started = namespace.start(['baresip', '-4', '-f', home, ...args])
    const type = (keys: string) => namespace.run(['bash', '-c', `printf '${keys}' > /dev/udp/127.0.0.1/${port + 2}`])
    return {
      ...started,
      port,
      command: (line) => type(`/${line}\\n`),
      // What follows each key says that it is up again.
      async press(digits) {
        for (const digit of digits) await type(`${digit}\\004`)
      },
      talked: () => count(started.output(), /Call established/g),
      heard: () => count(started.output(), /incoming rtp for 'audio' established/g),
    }
  }

  return {
    /** It registers, and answers at once unless told to be manual. */
    phone: (extension: string, answermode: 'auto' | 'manual' = 'auto') => start(extension, `regint=300;answermode=${answermode}`),
    /** It calls this extension at once. */
    call: (extension: string, user = 'caller') => start(user, 'regint=0', '-e', `/dial ${extension}`),
  }
}
