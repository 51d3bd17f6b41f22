/** The gateway registers its users at the PBX, an Asterisk that knows nothing of phones, and is their registrar itself. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../asterisk/until.ts'
import { type Asterisk, startAsterisk } from '../asterisk.ts'
import { here } from './softphones.ts'
import { openWorld, pushOf, type World } from './world.ts'

const PBX = '127.0.0.2'
const account = (name: string) => `
[${name}]
type=endpoint
context=phones
disallow=all
allow=ulaw
aors=${name}
auth=${name}
[${name}]
type=aor
max_contacts=1
[${name}]
type=auth
auth_type=userpass
username=${name}
password=secret-of-${name}
`
const FILES = {
  'pjsip.conf': `[udp]\ntype=transport\nprotocol=udp\nbind=${PBX}:5060\n${['1001', '1002'].map(account).join('')}`,
  'extensions.conf': '[phones]\n',
  'rtp.conf': '[general]\nrtpstart=40000\nrtpend=50000\n',
}
const rowOf = (user: string, password: string) =>
  `('${user}', '${user}', '${PBX}', '${user}', '${PBX}', 'asterisk', '${user}', '${password}', 'sip:${PBX}:5060', 300)`
const COLUMNS = 'l_uuid, l_username, l_domain, r_username, r_domain, realm, auth_username, auth_password, auth_proxy, expires'

let world: World
let asterisk: Asterisk
beforeAll(async () => {
  asterisk = await startAsterisk(here, FILES)
  const rows = [rowOf('1001', 'secret-of-1001'), rowOf('1002', 'not-it')]
  const tables = `INSERT INTO uacreg (${COLUMNS}) VALUES ${rows.join()};`
  world = await openWorld({ defines: '#!define REGISTER_FOR_USERS', tables, pbxHost: '127.0.0.3' })
})
afterAll(async () => {
  await asterisk?.cli('core stop now')
  await world?.close()
})

const contacts = () => asterisk.cli('pjsip show contacts')

test('the PBX has every user whose password is right, though no phone has ever registered', async () => {
  await until(async () => expect(await contacts()).toMatch(/1001\/sip:1001@127\.0\.0\.1:5060/))
  await until(() => expect(asterisk.output()).toContain('Failed to authenticate'))
  expect(await contacts()).not.toContain('1002/')
})

test('its call wakes a phone that has no binding', async () => {
  await until(async () => expect(await contacts()).toContain('1001/'))
  await world.device('1001', 'ada')
  await asterisk.cli('channel originate PJSIP/1001 application Echo')
  await world.woken('ada')
  const phone = await world.phone('1001', { push: pushOf('ada') })
  await until(() => expect(phone.got('ACK')).toHaveLength(1))
  expect(phone.invites()).toBe(1)
  await asterisk.cli('channel request hangup all')
  await until(() => expect(phone.got('BYE')).toHaveLength(1))
})
