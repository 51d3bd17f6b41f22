import type { SettingsFile } from '../../../settings.ts'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../../finding.ts'
import { leftOut } from '../../left-out.ts'
import { checkAri } from '../ari.ts'
import { type AriSettings, askAri, isOn, objectOf } from './ask.ts'

export const ARI_SETUP = {
  ari_modules_missing: broken(
    'Without these modules Asterisk cannot hold a call for a phone that wakes, or cannot ring it.',
    'asterisk -rx "module load NAME"; if that fails its log says what the module itself lacks. Keep it: no noload= of it in modules.conf.',
  ),
  ari_read_only: broken(
    'The dial application may look at calls and not touch them: no phone rings for a held call.',
    'read_only=no for this user in ari.conf, then: asterisk -rx "module reload res_ari.so".',
  ),
  ari_application_known: ok('Stasis() in the dialplan hands the call to the dial application by this name.'),
  ari_application_absent: broken(
    'Stasis() in the dialplan fails: calls ring the phones that are awake, and no other.',
    'systemctl status wakecall, which runs it when the settings have [ari]; its log says why it is not attached to Asterisk.',
  ),
  ari_application_other: broken(
    'It does not hear of phones that register: another program has the name, and gets the calls in the place of Wakecall.',
    'Give this one a name of its own, ari.application, and call that name in Stasis() in the dialplan.',
  ),
  pjsip_registrations_unheard: warning(
    'Of a phone that registers again from where it was, the dial application does not hear: it woke, and the call passes it by.',
    'In pjsip.conf: a section [global] with type=global and send_contact_status_on_update_registration=yes; then: asterisk -rx "module reload res_pjsip.so".',
  ),
} satisfies Catalogue

const found = finder(ARI_SETUP)

/** What the dial application asks of Asterisk, and who does it there. */
const MODULES: Record<string, string> = {
  'app_stasis.so': 'Stasis() in the dialplan',
  'res_ari_applications.so': 'events of registrations',
  'res_ari_channels.so': 'calls',
  'res_ari_events.so': 'the connection of the application',
  'chan_pjsip.so': 'SIP phones',
  'res_pjsip_registrar.so': 'registrations',
  'res_pjsip_header_funcs.so': 'the id of the call in the INVITE',
  'func_callerid.so': 'whether the number is withheld',
  'func_channel.so': 'the id of the call',
  'func_strings.so': 'variables of the call',
  'func_timeout.so': 'the end of a call whose application hangs',
}
const MUSIC = { 'res_musiconhold.so': 'what the caller hears' }

/** Whether an Asterisk that answers can do what the dial application asks for. */
export async function checkAriSetup(settings: SettingsFile): Promise<Finding[]> {
  const answers = await checkAri(settings)
  if (!settings.ari || answers.some(({ level }) => level !== 'ok')) return answers
  const missing = await findMissing(settings.ari)
  if (missing.length > 0) return [...answers, ...missing, leftOut('the rest of Asterisk', 'modules are missing')]
  const rest = [await findReadOnly(settings.ari), await findApplication(settings.ari), await findGlobal(settings.ari)]
  return [...answers, ...rest.flat()]
}

async function findMissing(ari: AriSettings): Promise<Finding[]> {
  const { body } = await askAri(ari, '/asterisk/modules')
  const loaded = body as { name: string; status: string }[]
  const running = new Set(loaded.filter(({ status }) => status === 'Running').map(({ name }) => name))
  const needed = { ...MODULES, ...(ari.callerHears === 'music' && MUSIC) }
  const missing = Object.entries(needed).filter(([name]) => !running.has(name))
  if (missing.length === 0) return []
  return [found('ari_modules_missing', `Not running: ${missing.map(([name, does]) => `${name} (${does})`).join(', ')}.`)]
}

/** Asks for what is refused to every user, for another reason: there is no such channel. */
async function findReadOnly(ari: AriSettings): Promise<Finding[]> {
  const { status } = await askAri(ari, '/channels/wakecall-doctor/ring', 'POST')
  return status === 403 ? [found('ari_read_only', `Asterisk lets the user ${ari.username} read only.`)] : []
}

async function findApplication(ari: AriSettings): Promise<Finding[]> {
  const { status, body } = await askAri(ari, `/applications/${encodeURIComponent(ari.application)}`)
  if (status !== 200) return [found('ari_application_absent', `No program is attached to Asterisk as ${ari.application}.`)]
  const { endpoint_ids: heard } = body as { endpoint_ids: string[] }
  if (heard.includes('PJSIP')) return [found('ari_application_known', `Asterisk has the application ${ari.application}.`)]
  return [found('ari_application_other', `The application ${ari.application} has not subscribed to PJSIP endpoints.`)]
}

const OPTION = 'send_contact_status_on_update_registration'

async function findGlobal(ari: AriSettings): Promise<Finding[]> {
  const global = await objectOf(ari, 'global', 'global')
  if (!global) return [found('pjsip_registrations_unheard', `No section [global] of type=global that would set ${OPTION}.`)]
  if (isOn(global.get(OPTION))) return []
  return [found('pjsip_registrations_unheard', `${OPTION} of [global] is off.`)]
}
