import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { pushIdOf, pushTargetOf, withoutPush } from '../../pbx/rfc8599.ts'

const VOIP = '00fc13adff78512ab1c2d3e4f5a6b7c8'.repeat(2)
const ALERT = '7f'.repeat(32)
const FCM = 'cUNaHkG98QM:APA91bE83L4-r_EVyMXxCJHVSND_Gv'
const PLACE = 'sip:1001@192.0.2.1:34602;transport=tcp'

const ios = (app: string, alertToken?: string) => ({ platform: 'ios', token: VOIP, ...(alertToken && { alertToken }), app })
const android = (app: string) => ({ platform: 'android', token: FCM, app })

describe('accepts', () => {
  it.each([
    [
      'RFC 8599, 10: APNs',
      `pn-provider=apns;pn-param=DEF123GHIJ.com.example.yourexampleapp.voip;pn-prid=${VOIP}`,
      ios('DEF123GHIJ.com.example.yourexampleapp'),
    ],
    ['RFC 8599, 11: FCM', `pn-provider=fcm;pn-param=my-project;pn-prid=${FCM}`, android('my-project')],
    [
      'Linphone, VoIP first',
      `pn-provider=apns;pn-param=TEAM.com.x.voip&remote;pn-prid=${VOIP}:voip&${ALERT}:remote`,
      ios('TEAM.com.x', ALERT),
    ],
    [
      'Linphone, alert first',
      `pn-prid=${ALERT}:remote&${VOIP}:voip;pn-param=TEAM.com.x.remote&voip;pn-provider=apns`,
      ios('TEAM.com.x', ALERT),
    ],
    [
      'two tokens in the order of the app',
      `pn-provider=apns;pn-param=T.x.remote&voip;pn-prid=${ALERT}&${VOIP}`,
      ios('T.x', ALERT),
    ],
    ['one of two announced tokens', `pn-provider=apns;pn-param=T.x.remote&voip;pn-prid=${VOIP}`, ios('T.x')],
    ['an alert token that is none', `pn-provider=apns;pn-param=T.x.voip&remote;pn-prid=${VOIP}:voip&(null):remote`, ios('T.x')],
    ['one of two tokens, and the sign between', `pn-provider=apns;pn-param=T.x.voip&remote;pn-prid=${VOIP}:voip&`, ios('T.x')],
    ['no service said', `pn-provider=apns;pn-param=T.x;pn-prid=${VOIP}`, ios('T.x')],
    ["Apple's sandbox", `pn-provider=apns.dev;pn-param=T.x.voip;pn-prid=${VOIP}:voip`, ios('T.x.dev')],
    ['names in capitals', `PN-Provider=APNS;Pn-Param=T.x.VOIP;PN-PRID=${VOIP.toUpperCase()}:VoIP`, ios('T.x')],
    ['escaped', `pn-provider=%61pns;pn-param=T.x.voip%26remote;pn-prid=${VOIP}%3Avoip%26${ALERT}%3aremote`, ios('T.x', ALERT)],
    ['firebase', `pn-provider=firebase;pn-param=p;pn-prid=${FCM}`, android('p')],
    ['before the RFC: Apple', `app-id=org.x.phone.voip.prod;pn-type=apple;pn-tok=${VOIP}`, ios('org.x.phone')],
    ["before the RFC: Apple's sandbox", `app-id=org.x.phone.voip.dev;pn-type=apple;pn-tok=${VOIP}`, ios('org.x.phone.dev')],
    ['before the RFC: Google', `app-id=622464153529;pn-type=google;pn-tok=${FCM};pn-silent=1`, android('622464153529')],
    ['the newer of both', `pn-type=google;pn-tok=old;pn-provider=apns;pn-param=T.x.voip;pn-prid=${VOIP}`, ios('T.x')],
    ['the first of a name', `pn-provider=fcm;pn-param=p;pn-prid=${FCM};pn-prid=${VOIP}`, android('p')],
  ])('%s', (_, params, target) => {
    expect(pushTargetOf(`${PLACE};${params}`)).toEqual(target)
    expect(pushTargetOf(`<${PLACE};${params};ob>;expires=300`)).toEqual(target)
    expect(pushTargetOf(`"Ada <3; @" <${PLACE};${params}?X-A=b>;+sip.instance="<urn:uuid:1>";expires=300`)).toEqual(target)
    expect(pushTargetOf(`<${PLACE}>;${params}`)).toEqual(target)
    expect(pushIdOf(`${PLACE};${params}`)).toBe(target.token)
    expect(withoutPush(`${PLACE};${params};ob`)).toBe(`${PLACE};ob`)
  })

  it('a phone that does not say whose app it is', () => {
    expect(pushTargetOf(`${PLACE};pn-provider=fcm;pn-prid=${FCM}`)).toEqual({ platform: 'android', token: FCM })
    expect(pushTargetOf(`${PLACE};pn-prid=${VOIP}:voip`)).toEqual({ platform: 'ios', token: VOIP })
  })
})

describe('refuses', () => {
  it.each([
    [
      'RFC 8599, 10: a token that is too short',
      'pn-provider=apns;pn-param=T.x.voip;pn-prid=00fc13adff78512',
      'no token of Apple',
    ],
    ['RFC 8599, 11: a token that is too short', 'pn-provider=fcm;pn-param=p;pn-prid=c:APA91', 'no token of FCM'],
    ['RFC 8599, 12: Web Push', `pn-provider=webpush;pn-prid=${FCM}`, 'must be apns or fcm'],
    [
      'Linphone, half of what it has to say',
      `pn-provider=apns;pn-param=T.x.voip&remote;pn-prid=${ALERT}:remote`,
      'no VoIP token',
    ],
    ['Linphone, cut off', `pn-provider=apns;pn-param=T.x.voip&remote;pn-prid=${VOIP}:vo`, 'no token of Apple'],
    [
      'Linphone, its VoIP token cut off',
      `pn-provider=apns;pn-param=T.x.remote&voip;pn-prid=${ALERT}:remote&`,
      'no token of Apple',
    ],
    ['an app for alerts only', `pn-provider=apns;pn-param=T.x.remote;pn-prid=${ALERT}`, 'no VoIP token'],
    ['a VoIP token that is none', `pn-provider=apns;pn-param=T.x.voip;pn-prid=(null):voip&${ALERT}:remote`, 'no token of Apple'],
    ['an odd number of digits', `pn-provider=apns;pn-param=T.x.voip;pn-prid=${VOIP}a`, 'no token of Apple'],
    ["Google's token at Apple's", `pn-provider=apns;pn-param=T.x.voip;pn-prid=${FCM}`, 'no token of Apple'],
    ['a token that is badly escaped', `pn-provider=apns;pn-param=T.x.voip;pn-prid=${VOIP}%zz`, 'no token of Apple'],
    ['a token that is not ASCII', `pn-provider=fcm;pn-prid=${FCM}%c3%a9`, 'no token of FCM'],
    ['two tokens for Google', `pn-provider=fcm;pn-prid=${FCM}&${FCM}`, 'no token of FCM'],
    ['nobody to push', `pn-prid=${FCM}`, 'pn-provider is missing'],
    ['Windows Phone', `app-id=x;pn-type=wp;pn-tok=${FCM}`, 'must be apns or fcm'],
  ])('%s', (_, params, fault) => {
    const refused = pushTargetOf(`<${PLACE};${params}>`)
    expect(refused).toEqual({ fault: expect.stringContaining(fault) })
    for (const token of [VOIP, ALERT, FCM]) expect(JSON.stringify(refused)).not.toContain(token)
    expect(pushIdOf(`<${PLACE};${params}>`)).toBeUndefined()
    expect(withoutPush(`<${PLACE};${params}>;q=1`)).toBe(`<${PLACE}>;q=1`)
  })
})

describe('there is nothing to push to', () => {
  it.each([
    ['a desk phone', PLACE],
    ['RFC 8599, 4.1.5: which providers are there?', `${PLACE};pn-provider`],
    ['RFC 8599, 4.1.5: is this provider there?', `${PLACE};pn-provider=apns`],
    ['RFC 8599, 4.1.2: no more pushes', `${PLACE};pn-provider=apns;pn-param=T.x.voip;pn-prid=`],
    ['parameters of the user', `sip:1001;pn-provider=fcm;pn-prid=${FCM}@192.0.2.1`],
    ['in the name', `";pn-provider=fcm;pn-prid=${FCM}" <sip:192.0.2.1>`],
    ['in a header of the URI', `sip:192.0.2.1?pn-provider=fcm&pn-prid=${FCM}`],
    ['names that only look so', `${PLACE};xpn-prid=${FCM};pn=1;app-ids=2`],
    ['nothing', ''],
  ])('%s', (_, contact) => {
    expect(pushTargetOf(contact)).toBeUndefined()
    expect(pushIdOf(contact)).toBeUndefined()
  })
})

test('parameters of others stay where they are, those of pushes go, known or not', () => {
  const pushes = ';pn-provider=fcm;PN-prid=x;pn-timeout=0;app-id=y;pn-purr;pn-msg-str=IM_MSG'
  expect(withoutPush(`<sip:a;pn-x=1@h;transport=tls${pushes};x-ast-orig-host=h?a=b>;q=1`)).toBe(
    '<sip:a;pn-x=1@h;transport=tls;x-ast-orig-host=h?a=b>;q=1',
  )
})

const name = fc.constantFrom('pn-prid', 'pn-provider', 'pn-param', 'pn-type', 'pn-tok', 'app-id')
const value = fc.constantFrom('apns', 'fcm', 'apple', VOIP, `${VOIP}:voip`, FCM, `${VOIP}&${ALERT}`, 'T.x.voip&remote', '.dev')
const param = fc
  .tuple(fc.constantFrom(';', '; ', ';%'), name, fc.constantFrom('=', ' = ', ''), value)
  .map((parts) => parts.join(''))
const sign = fc.constantFrom(';', '=', '&', '<', '>', '?', '@', '"', '%', '%3b', ' ', '\n', '\0', 'sip:', 'é', '𝒲')
const soup = fc.array(fc.oneof({ arbitrary: param, weight: 3 }, sign, fc.string({ maxLength: 3 })), { maxLength: 20 })

test('whatever stands in a Contact: an answer of ours, and nothing of pushes is left when it is taken out', () => {
  fc.assert(
    fc.property(soup, (parts) => {
      const contact = parts.join('')
      const read = pushTargetOf(contact)
      if (read && 'token' in read) expect(read.token).toMatch(/^[\w:.-]{16,4096}$/)
      else if (read) expect(Object.keys(read)).toEqual(['fault'])
      const place = withoutPush(contact)
      expect(pushTargetOf(place)).toBeUndefined()
      expect(withoutPush(place)).toBe(place)
    }),
    { numRuns: 2_000 },
  )
})

const token = fc.stringMatching(/^[0-9a-f]{64}$/)
const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,12}$/)
const other = fc.tuple(word, word).map(([name, value]) => `;x${name}=${value}`)

test('what a phone says is what is read, among parameters in any order, escaped or not', () => {
  fc.assert(
    fc.property(
      token,
      token,
      word,
      word,
      fc.array(other, { maxLength: 3 }),
      fc.boolean(),
      (voip, alert, team, app, others, escaped) => {
        const say = (text: string) => (escaped ? text.replace(/[:&.]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`) : text)
        const place = `sip:1001@192.0.2.1:5060${others.join('')}`
        const [prid, param] = [say(`${voip}:voip&${alert}:remote`), say(`${team}.${app}.voip&remote`)]
        const contact = `${place};pn-prid=${prid};pn-provider=apns;pn-param=${param}`
        expect(pushTargetOf(contact)).toEqual({ platform: 'ios', token: voip, alertToken: alert, app: `${team}.${app}` })
        expect(withoutPush(contact)).toBe(place)
      },
    ),
  )
})
