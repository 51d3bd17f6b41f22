import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { expect, it } from 'vitest'
import { bindingsFault, tablesFor } from '../../client/doctor/checks/gateway/bindings.ts'
import { faultsOf } from '../../client/doctor/checks/gateway/faults.ts'
import { checkGatewayFiles } from '../../client/doctor/checks/gateway/files.ts'
import { complaintsIn, versionIn } from '../../client/doctor/checks/gateway/kamailio.ts'
import { parseSettingsCfg } from '../../client/doctor/checks/gateway/settings-cfg.ts'
import { SettingsFile } from '../../client/settings.ts'
import { temporaryDir } from './harness.ts'

const TABLES = tablesFor(new Set())
const SHIPPED = readFileSync('pbx/kamailio/conf/settings.cfg', 'utf8')
const MINIMAL = { relay: 'http://127.0.0.1:1', pbx: 'hq', keyFile: 'key', dataDir: 'data' }
const settings = v.parse(SettingsFile, { ...MINIMAL, gateway: {} })
const { gateway = expect.fail() } = settings

const faultsIn = (text: string, own = gateway) => faultsOf(parseSettingsCfg(text), own).map(({ name }) => name)
const lineOf = (name: string, value: string) => SHIPPED.replace(new RegExp(`!${name}!.*!g`), `!${name}!${value}!g`)

it('settings.cfg as it is shipped has no fault', () => {
  expect(faultsIn(SHIPPED)).toEqual([])
})

it.each([
  ['PBX_ADDRESS', '127.0.0.2'],
  ['PBX_NETWORKS', '127.0.0.3/32'],
  ['PBX_NETWORKS', '127.0.0.2/33'],
  ['PBX_NETWORKS', 'pbx.example.com'],
  ['GATEWAY_ADDRESS', '127.0.0.1:5070'],
  ['HOLDER_ADDRESS', '127.0.0.1:7000'],
  ['HOLDER_SIDE', '127.0.0.1:7000'],
  ['HOLDER_PORT', '7000'],
  ['BINDINGS_FILE', 'wakecall.sqlite'],
  ['SCANNERS', '(sipsak'],
  ['FLOOD_REQUESTS', '0'],
  ['CONTACT_BYTES', '1024'],
  ['WEBSOCKET_ORIGINS', '(https'],
  ['NONCE_SECONDS', '0'],
  ['WRONG_PASSWORDS', '0'],
  ['BAN_SECONDS', 'never'],
])('a fault of %s, with its line: %s', (name, value) => {
  const text = lineOf(name, value)
  expect(faultsOf(parseSettingsCfg(text), gateway)).toMatchObject([
    { name, line: text.split('\n').findIndex((line) => line.includes(`!${name}!`)) + 1 },
  ])
})

it.each([
  ['PBX_NETWORKS', '198.51.100.0/24, 127.0.0.0/8,::1'],
  ['PBX_ADDRESS', 'pbx.example.com:5060'],
  ['CONTACT_BYTES', '1023'],
])('no fault of %s: %s', (name, value) => {
  expect(faultsIn(lineOf(name, value))).toEqual([])
})

it('the holder is compared with [gateway], a line that is gone is missed, what is advertised is an address', () => {
  expect(faultsIn(SHIPPED, { ...gateway, sip: '127.0.0.1:7000' })).toEqual(['HOLDER_SIDE', 'HOLDER_PORT'])
  expect(faultsIn(SHIPPED.replace(/^listen=.*$/m, ''))).toEqual(['listen', 'GATEWAY_ADDRESS'])
  expect(faultsIn(SHIPPED.replace(/^.*SCANNERS.*$/m, ''))).toEqual(['SCANNERS'])
  const outside = lineOf('GATEWAY_ADDRESS', '192.0.2.10:5060')
  expect(faultsIn(outside)).toEqual(['GATEWAY_ADDRESS'])
  expect(faultsIn(outside.replace(/^listen=.*$/m, '$& advertise 192.0.2.10:5060'))).toEqual([])
  expect(faultsIn(outside.replace('#!define REGISTER_AT_PBX', ''))).toEqual([])
})

it.each(['AUTH_HERE', 'REGISTER_FOR_USERS'])('%s is without REGISTER_AT_PBX, and has a table', (name) => {
  const on = SHIPPED.replace(`##!define ${name}`, `#!define ${name}`)
  expect(faultsIn(on)).toEqual(['AUTH_REALM'])
  const alone = on.replace('#!define REGISTER_AT_PBX', '')
  expect(faultsIn(alone)).toEqual([])
  expect(tablesFor(parseSettingsCfg(alone).switches)).toHaveLength(TABLES.length + 1)
})

it('topology is not hidden with the key that everybody has', () => {
  const on = SHIPPED.replace('##!define TOPOLOGY_HIDING', '#!define TOPOLOGY_HIDING')
  expect(faultsIn(on)).toEqual(['TOPOLOGY_KEY'])
  expect(faultsIn(on.replace('change this key', 'a secret of ours'))).toEqual([])
})

it('the file of bindings has its tables and is for Kamailio to write, or is not', () => {
  const path = join(temporaryDir(), 'bindings.sqlite')
  const [mine, other] = [process.getuid?.() ?? 0, 65_000]
  expect(() => bindingsFault(path, TABLES)).toThrow('ENOENT')
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE version (a); CREATE TABLE location (a)')
  expect(bindingsFault(path, TABLES)).toBe('has no table location_attrs')
  database.exec('CREATE TABLE location_attrs (a)')
  database.close()
  expect(bindingsFault(path, TABLES, { uid: mine, gid: other })).toBeUndefined()
  expect(bindingsFault(path, TABLES, { uid: other, gid: other })).toContain(`of ${path}`)
  chmodSync(path, 0o400)
  expect(bindingsFault(path, TABLES, { uid: mine, gid: other })).toContain('cannot be written')
  chmodSync(path, 0o600)
  writeFileSync(path, 'no database, but long enough to be read as one'.repeat(20))
  expect(bindingsFault(path, TABLES)).toContain('is not a database')
})

it('what Kamailio says is told without what stands around it', () => {
  const output = ` 0(7) ERROR: <core> [core/sr_module.c:510]: ksr_locate_module(): could not find module <nix> in </modules>
 0(7) CRITICAL: <core> [core/cfg.y:3787]: yyerror_at(): parse error in config file /k.cfg, line 15, column 5-7: syntax error
 0(7) CRITICAL: <core> [core/cfg.y:3787]: yyerror_at(): parse error in config file /k.cfg, line 15, column 5-7:
ERROR: bad config file (2 errors) (parsing code: 1)`
  expect(complaintsIn(output)).toEqual(['could not find module <nix> in </modules>', '/k.cfg, line 15: syntax error'])
  expect(complaintsIn('config file ok, exiting...')).toEqual([])
})

it('the version has to be one that the files are for', () => {
  const versions = ['5.5.7', '5.6.0', '6.0.1', '4.9.9'].map((version) => versionIn(`version: kamailio ${version} (x86_64/linux)`))
  expect(versions.map((found) => found?.fits)).toEqual([false, true, true, false])
  expect(versionIn('not a version')).toBeUndefined()
})

it('without the files, or without [gateway]', async () => {
  const nowhere = join(temporaryDir(), 'kamailio.cfg')
  expect(await checkGatewayFiles(settings, nowhere)).toMatchObject([
    { id: 'not_checked', seen: expect.stringContaining('settings.cfg cannot be read (ENOENT)') },
  ])
  expect(await checkGatewayFiles(v.parse(SettingsFile, MINIMAL), nowhere)).toEqual([])
})
