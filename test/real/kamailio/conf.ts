import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../shell.ts'

const CONF = join(import.meta.dirname, '../../../pbx/kamailio/conf')
const SCHEMA = ['standard', 'usrloc'].map((name) => `/usr/share/kamailio/db_sqlite/${name}-create.sql`)

/** What it prints a moment before it listens. */
export const LISTENS = 'udp: 127.0.0.1:7463'

/** `defines`: lines for the end of settings.cfg. */
export type KamailioOptions = { defines?: string; registrar?: 'here' | 'at the PBX' }

/** Kamailio as it is shipped, with its files in `dir`: gives the command that runs it. */
export async function kamailioCommand(dir: string, { defines = '', registrar = 'here' }: KamailioOptions): Promise<string[]> {
  const [conf, bindings] = [join(dir, 'conf'), join(dir, 'bindings.sqlite')]
  cpSync(CONF, conf, { recursive: true })
  const shipped = readFileSync(join(conf, 'settings.cfg'), 'utf8')
  const settings = shipped
    .replace('/var/lib/kamailio/wakecall.sqlite', bindings)
    .replace(/^#!define REGISTER_AT_PBX$/m, registrar === 'here' ? '' : '$&')
  writeFileSync(join(conf, 'settings.cfg'), `${settings}\n${defines}\n`)
  await run(`cat ${SCHEMA.join(' ')} | sqlite3 ${bindings}`, { cwd: '/' })
  return ['kamailio', '-f', join(conf, 'kamailio.cfg'), '-DD', '-E', '-Y', dir]
}
