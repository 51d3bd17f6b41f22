/** Asterisk calls a phone that sleeps behind the gateway, by nothing but SIP: both hear each other. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { observe } from '../asterisk/observe.ts'
import { until } from '../asterisk/until.ts'
import { type Asterisk, startAsterisk } from '../asterisk.ts'
import { here, softphonesIn } from './softphones.ts'
import { openWorld, type World } from './world.ts'

const shipped = readFileSync(new URL('../../../pbx/asterisk/conf/pjsip.conf', import.meta.url), 'utf8')

const endpoint = (name: string, settings: string) => `
[${name}](wakecall-phone)
context=phones
allow=!all,ulaw
rewrite_contact=no
aors=${name}
${settings}
[${name}](wakecall-aor)
`

/** The password is what the phone of the tests says. */
const FILES = {
  'pjsip.conf': `${shipped}
[udp]
type=transport
protocol=udp
bind=127.0.0.2:5060
${endpoint('1001', '')}${endpoint('1002', 'auth=1002')}
[1002]
type=auth
auth_type=userpass
username=1002
password=none
`,
  'extensions.conf': `[phones]\nexten => _X.,1,Dial(PJSIP/\${EXTEN},60)\n`,
  // Away from the ports of the phones.
  'rtp.conf': '[general]\nrtpstart=40000\nrtpend=50000\n',
}

let world: World
let asterisk: Asterisk
beforeAll(async () => {
  ;[world, asterisk] = await Promise.all([
    openWorld({ registrar: 'at the PBX', pbxHost: '127.0.0.3' }),
    startAsterisk(here, FILES),
  ])
})
afterAll(async () => {
  await asterisk?.cli('core stop now')
  await world?.close()
})

test('the phone is woken, registers at Asterisk by way of the gateway, and answers', async () => {
  const { baresip } = softphonesIn(world.dir)
  const { registered, rtpFlows } = observe(asterisk)
  const [sleeper, caller] = [await world.asleep('1001', 'ada'), baresip.phone('1002')]
  await Promise.all([registered('1001'), registered('1002')])
  await caller.command('dial 1001')
  await world.woken('ada')
  const phone = baresip.phone('1001')
  await until(() => expect([caller.talked(), phone.talked()]).toEqual([1, 1]))
  await until(() => expect([caller.heard(), phone.heard()]).toEqual([1, 1]))
  await rtpFlows()
  await caller.command('hangup')
  await until(() => expect(phone.output()).toContain('session closed'))
  expect(sleeper.invites()).toBe(0)
  for (const softphone of [caller, phone]) await softphone.command('quit')
})
