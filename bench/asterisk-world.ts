import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { ARI, settingsFiles } from '../test/real/asterisk/settings.ts'
import { openPhones } from './asterisk-phones.ts'
import { bundledCommand } from './pns-process.ts'
import { programsIn, until } from './programs.ts'

const PNS = 'http://127.0.0.1:7460'
const RELAY = join(import.meta.dirname, '../test/real/recipes/relay.ts')
/** Longer than any call here is held. */
const RING_SECONDS = 120

/** What is dialled to have Asterisk ring an extension without Wakecall. */
export const plain = (extension: string): string => `9${extension}`
const PLAIN = `exten => _9XXXX,1,Dial(\${PJSIP_DIAL_CONTACTS(\${EXTEN:1})},${RING_SECONDS})\n`

const own = (folder: string) =>
  ['astetcdir', 'astdbdir', 'astspooldir', 'astrundir', 'astlogdir'].map((name) => `${name} => ${folder}\n`).join('')

/** `root`: where Asterisk is installed. All of it runs where this process does, and prints to files in `dir`. */
export async function openWorld(root: string, dir: string, extensions: readonly string[]) {
  const { outputOf, run, started } = programsIn(dir)

  async function startAsterisk(): Promise<number> {
    const outside = mkdtempSync(join(root, 'srv/asterisk-'))
    const folder = outside.slice(root.length)
    const files = {
      ...settingsFiles({ endpoints: ['caller', ...extensions], dialplan: PLAIN }),
      'asterisk.conf': `[directories]\n${own(folder)}`,
      'modules.conf': '[modules]\nautoload=yes\n',
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(outside, name), text)
    const asterisk = [root, '/usr/sbin/asterisk', '-C', `${folder}/asterisk.conf`]
    const { pid = 0 } = run('asterisk', 'chroot', [...asterisk, '-f', '-n'])
    await until(async () => {
      const [code] = await once(run('booted', 'chroot', [...asterisk, '-rx', 'core waitfullybooted']), 'exit')
      return code === 0
    }, 'Asterisk boots')
    return pid
  }

  const keyFile = join(dir, 'key.pem')
  const settings = join(dir, 'wakecall.toml')
  const top = { relay: 'http://127.0.0.1:7461', pbx: 'hq', keyFile, dataDir: join(dir, 'data'), defaultApp: 'phone' }
  writeFileSync(settings, stringify({ ...top, ringSeconds: RING_SECONDS, ari: ARI }))
  const withoutAri = join(dir, 'pns.toml')
  writeFileSync(withoutAri, stringify({ ...top, ringSeconds: RING_SECONDS }))

  const asterisk = await startAsterisk()
  await started('relay', process.execPath, [RELAY, keyFile], 'listening')
  const [node = '', ...wakecall] = await bundledCommand(dir)
  const pns = await started('pns', node, [...wakecall, 'serve', '--config', withoutAri], '"listening"')
  for (const extension of extensions) {
    const body = JSON.stringify({ extension, platform: 'ios', token: extension.padStart(64, '0') })
    const { status } = await fetch(`${PNS}/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    if (status !== 200) throw new Error(`the PNS answered a registration with ${status}`)
  }
  await until(() => outputOf('relay').split('"PUT"').length > extensions.length, 'the relay knows every phone')
  const application = await started('ari', node, [...wakecall, 'ari', '--config', settings], 'attached to Asterisk')

  return { phones: await openPhones(), asterisk, pns, application, outputOf }
}

/** An Asterisk, a PNS before a stub relay, the application, and phones; each program as its process id. */
export type World = Awaited<ReturnType<typeof openWorld>>
