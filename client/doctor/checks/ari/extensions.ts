import { broken, type Catalogue, type Finding, finder, ok, warning } from '../../finding.ts'
import { leftOut } from '../../left-out.ts'
import type { Patient } from '../../patient.ts'
import { type Asked, askPns, type PnsState } from '../../pns.ts'
import { type AriSettings, type Attributes, askAri, isOn, objectOf } from './ask.ts'
import { findLongContacts } from './contacts.ts'

export const ARI_EXTENSIONS = {
  pjsip_extensions_seen: ok(
    'A few settings of an extension decide whether all of its phones can register, and are found when they wake.',
  ),
  pjsip_endpoint_unknown: warning(
    'Stasis(wakecall,EXTENSION) rings the PJSIP endpoint of that name: there is none, so these phones are pushed to and get no call.',
    'Name it in the dialplan: Stasis(wakecall,EXTENSION,endpoint=NAME). If that is done, nothing; if nobody has this extension: `wakecall devices`.',
  ),
  pjsip_aor_full: broken(
    'Asterisk lets fewer phones register than the extension has devices: it refuses one (403), or one puts another out.',
    'In pjsip.conf, in the section of type=aor: max_contacts of the number of devices, and one or two more; then: asterisk -rx "module reload res_pjsip.so".',
  ),
  pjsip_aor_keeps_old: warning(
    'A phone wakes at a new address; when its old ones fill max_contacts, Asterisk refuses the new one (403) until they expire.',
    'In pjsip.conf, in the section of type=aor: remove_existing=yes; then: asterisk -rx "module reload res_pjsip.so".',
  ),
  pjsip_aor_unqualified: warning(
    'Asterisk does not notice that a phone fell asleep: each call is sent to where it was, too, and its device state is never right.',
    'In pjsip.conf, in the section of type=aor: qualify_frequency=60 (seconds); then: asterisk -rx "module reload res_pjsip.so".',
  ),
  pjsip_contact_not_rewritten: warning(
    'A phone on a mobile network registers an address that only its NAT knows: the INVITE goes there, and the phone does not ring.',
    'In pjsip.conf: rewrite_contact=yes at the endpoint; or, where phones come through a proxy of yours, support_path=yes at the aor.',
  ),
} satisfies Catalogue

type Fault = Exclude<keyof typeof ARI_EXTENSIONS, 'pjsip_extensions_seen'>
type Extension = { extension: string; devices: number }
/** Where phones register. */
type Place = { endpoint: Attributes; aor: Attributes; name: string }

const found = finder(ARI_EXTENSIONS)

/** Of thousands of extensions, these are enough to find a setting that all of them share. */
const SAMPLE = 20
const WHAT = 'the extensions in Asterisk'

/** What is wrong with an extension, in the words that stand behind its name. */
const FAULTS: Record<Fault, (place: Place | undefined, devices: number) => string | false> = {
  pjsip_endpoint_unknown: (place) => !place && '(no PJSIP endpoint of this name with an aor)',
  pjsip_aor_full: (place, devices) => {
    const most = place?.aor.get('max_contacts')
    return Number(most) < devices && `(max_contacts=${most}, ${devices} devices)`
  },
  pjsip_aor_keeps_old: (place) => {
    const removes = ['remove_existing', 'remove_unavailable'].some((option) => isOn(place?.aor.get(option)))
    return place !== undefined && !removes && '(remove_existing=no)'
  },
  pjsip_aor_unqualified: (place) => Number(place?.aor.get('qualify_frequency')) === 0 && '(qualify_frequency=0)',
  pjsip_contact_not_rewritten: (place) => {
    const reachable = isOn(place?.endpoint.get('rewrite_contact')) || isOn(place?.aor.get('support_path'))
    return place !== undefined && !reachable && '(rewrite_contact=no, support_path=no)'
  },
}

/** The settings of Asterisk for the extensions that have devices. */
export async function checkAriExtensions({ settings }: Patient, pns: PnsState, at: Asked): Promise<Finding[]> {
  const ari = settings?.ari
  if (!ari) return []
  if (pns.is !== 'up') return [leftOut(WHAT, 'the service does not answer')]
  if (!(await answers(ari))) return [leftOut(WHAT, 'Asterisk does not answer')]
  const all = await extensionsOf(at)
  const sample = all.slice(0, SAMPLE)
  const places = await placesOf(ari, sample)
  const aors = [...places.values()].map(({ name }) => name)
  return [...saySample(sample, all.length), ...findFaults(sample, places), ...(await findLongContacts(ari, aors))]
}

function findFaults(sample: readonly Extension[], places: ReadonlyMap<string, Place>): Finding[] {
  return Object.entries(FAULTS).flatMap(([id, faultOf]) => {
    const seen = sample.flatMap(({ extension, devices }) => {
      const fault = faultOf(places.get(extension), devices)
      return fault ? [`${extension} ${fault}`] : []
    })
    return seen.length > 0 ? [found(id as Fault, `${seen.join(', ')}.`)] : []
  })
}

function saySample(sample: readonly Extension[], all: number): Finding[] {
  if (sample.length === 0) return []
  const names = sample.map(({ extension }) => extension).join(', ')
  return [found('pjsip_extensions_seen', `Looked at ${sample.length} of the ${all} extensions that have devices: ${names}.`)]
}

const answers = (ari: AriSettings): Promise<boolean> =>
  askAri(ari, '/asterisk/info').then(
    ({ status }) => status === 200,
    () => false,
  )

/** Those with the most devices first. */
async function extensionsOf(at: Asked): Promise<Extension[]> {
  const { body } = await askPns(at, '/devices')
  const counts = new Map<string, number>()
  for (const { extension } of (body as { devices: { extension: string }[] }).devices) {
    counts.set(extension, (counts.get(extension) ?? 0) + 1)
  }
  return [...counts].map(([extension, devices]) => ({ extension, devices })).toSorted((a, b) => b.devices - a.devices)
}

/** One after the other: Asterisk has few connections to give. */
async function placesOf(ari: AriSettings, sample: readonly Extension[]): Promise<Map<string, Place>> {
  const places = new Map<string, Place>()
  for (const { extension } of sample) {
    const place = await placeOf(ari, extension)
    if (place) places.set(extension, place)
  }
  return places
}

async function placeOf(ari: AriSettings, extension: string): Promise<Place | undefined> {
  const endpoint = await objectOf(ari, 'endpoint', extension)
  const aors =
    endpoint
      ?.get('aors')
      ?.split(',')
      .map((aor) => aor.trim()) ?? []
  const name = aors.includes(extension) ? extension : aors[0]
  const aor = name && (await objectOf(ari, 'aor', name))
  return endpoint && name && aor ? { endpoint, aor, name } : undefined
}
