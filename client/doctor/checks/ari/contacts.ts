import { broken, type Catalogue, type Finding, finder, warning } from '../../finding.ts'
import { type AriSettings, askAri, objectOf } from './ask.ts'

export const ARI_CONTACTS = {
  pjsip_contact_too_long: broken(
    'Asterisk takes the registration (200) and cannot call the phone: a Contact URI may have 509 characters. From 512 on it refuses it (400).',
    'Shorten the Contact in the app: of RFC 8599 it needs pn-provider, pn-param and pn-prid, and no other parameter.',
  ),
  pjsip_contact_long: warning(
    'A Contact URI may have 509 characters: with a longer token, or an IPv6 address, Asterisk will not be able to call this phone.',
    'Shorten the Contact in the app: of RFC 8599 it needs pn-provider, pn-param and pn-prid, and no other parameter.',
  ),
} satisfies Catalogue

const found = finder(ARI_CONTACTS)

/** Measured on Asterisk 22: 510 and 511 register, and a call to them is refused as one to an invalid URI. */
const LONGEST = 509
/** What an IPv6 address and a port may add to an IPv4 one. */
const SPARE = 40

/** Looks at what is registered at these AORs; ARI tells it only to who asks in the name of a channel. */
export async function findLongContacts(ari: AriSettings, aors: readonly string[]): Promise<Finding[]> {
  const { body } = await askAri(ari, '/channels')
  const [channel] = body as { id: string }[]
  if (!channel) return []
  const long: { aor: string; length: number }[] = []
  for (const aor of aors) {
    for (const contact of await contactsOf(ari, channel.id, aor)) {
      const length = (await objectOf(ari, 'contact', contact))?.get('uri')?.length ?? 0
      if (length > LONGEST - SPARE) long.push({ aor, length })
    }
  }
  const [tooLong, nearly] = [long.filter(({ length }) => length > LONGEST), long.filter(({ length }) => length <= LONGEST)]
  return [...say('pjsip_contact_too_long', tooLong), ...say('pjsip_contact_long', nearly)]
}

const say = (id: keyof typeof ARI_CONTACTS, long: readonly { aor: string; length: number }[]): Finding[] =>
  long.length > 0 ? [found(id, `Characters: ${long.map(({ aor, length }) => `${length} (${aor})`).join(', ')}.`)] : []

/** Their ids. The channel may have gone, or the function not be loaded: then there are none to look at. */
async function contactsOf(ari: AriSettings, channel: string, aor: string): Promise<string[]> {
  const variable = encodeURIComponent(`PJSIP_AOR(${aor},contact)`)
  const { status, body } = await askAri(ari, `/channels/${encodeURIComponent(channel)}/variable?variable=${variable}`)
  return status === 200 ? (body as { value: string }).value.split(',').filter((id) => id !== '') : []
}
