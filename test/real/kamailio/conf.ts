import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../shell.ts'

const CONF = join(import.meta.dirname, '../../../pbx/kamailio/conf')
const SCHEMA = ['standard', 'usrloc', 'auth_db', 'uac'].map((name) => `/usr/share/kamailio/db_sqlite/${name}-create.sql`)

/** What it prints a moment before it listens. */
export const LISTENS = 'udp: 127.0.0.1:7463'

/**
 * `defines`: lines for the end of settings.cfg. `streams`: it listens for TCP, TLS and WebSocket, too. `tables`: what the file of
 * bindings has from the start, in SQL.
 */
export type KamailioOptions = { defines?: string; tables?: string; registrar?: 'here' | 'at the PBX'; streams?: boolean }

/** Kamailio as it is shipped, with its files in `dir`: gives the command that runs it. */
export async function kamailioCommand(
  dir: string,
  { defines = '', registrar = 'here', streams = false, tables = '' }: KamailioOptions,
): Promise<string[]> {
  const [conf, bindings] = [join(dir, 'conf'), join(dir, 'bindings.sqlite')]
  cpSync(CONF, conf, { recursive: true })
  const shipped = readFileSync(join(conf, 'settings.cfg'), 'utf8')
  const settings = shipped
    .replace('/var/lib/kamailio/wakecall.sqlite', bindings)
    .replace(/^#!define REGISTER_AT_PBX$/m, registrar === 'here' ? '' : '$&')
    .replace(/^#(listen=|#!define WITH_(?:TLS|WEBSOCKET)$)/gm, streams ? '$1' : '$&')
    .replaceAll('/etc/kamailio/wakecall', dir)
  writeFileSync(join(conf, 'settings.cfg'), `${settings}\n${defines}\n`)
  if (streams) {
    const files = `-keyout ${dir}/privkey.pem -out ${dir}/fullchain.pem`
    await run(`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=gateway -days 2 ${files}`, {
      cwd: '/',
    })
  }
  writeFileSync(join(dir, 'tables.sql'), tables)
  await run(`cat ${SCHEMA.join(' ')} ${dir}/tables.sql | sqlite3 ${bindings}`, { cwd: '/' })
  return ['kamailio', '-f', join(conf, 'kamailio.cfg'), '-DD', '-E', '-Y', dir]
}
