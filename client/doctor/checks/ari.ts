import type { SettingsFile } from '../../settings.ts'
import { broken, type Catalogue, type Finding, finder, ok } from '../finding.ts'
import { type AriAnswer, askAri } from './ari/ask.ts'

export const ARI = {
  ari_answers: ok('Asterisk gives held calls to phones that wake over its REST interface.'),
  ari_unreachable: broken(
    'Without ARI Asterisk cannot hold a call for a phone that wakes.',
    'Is Asterisk running? In http.conf: enabled=yes and the bindaddr and bindport of ari.url; then: asterisk -rx "http show status".',
  ),
  ari_hangs_up: broken(
    'Asterisk does so when its HTTP server has all the connections that it may have: nobody else can hold a call either.',
    'Raise sessionlimit in http.conf (100 if it is not there), find out who has so many (ss -tnp), then: asterisk -rx "module reload http".',
  ),
  ari_refused: broken(
    'Asterisk does not accept the user: no call is held for a phone that wakes.',
    'Compare ari.username and ari.password with ari.conf, then: asterisk -rx "module reload res_ari.so".',
  ),
  ari_stranger: broken(
    'What answers is not the REST interface of a running Asterisk.',
    'ari.url must end in /ari (after the prefix of http.conf, if there is one); in ari.conf enabled=yes.',
  ),
  ari_too_old: broken(
    'The dial application is made for Asterisk 16 and later, and does not attach to an older one: calls ring awake phones only.',
    'Use Asterisk 16 or later, best one that is still maintained; or ask the PNS from the dialplan (docs/pbx.md).',
  ),
} satisfies Catalogue

const found = finder(ARI)
const OLDEST = 16

/** As Asterisk writes it: `22.10.1`, `certified/18.9-cert3`; of a build from git there is no number. */
const versionIn = (body: unknown): string => (body as { system?: { version?: string } } | undefined)?.system?.version ?? 'unknown'
const majorOf = (version: string): number => Number(/^(?:certified[/-])?(\d+)\./.exec(version)?.[1])

/** Whether Asterisk answers, for the user of the settings. */
export async function checkAri({ ari }: SettingsFile): Promise<Finding[]> {
  if (!ari) return []
  const where = new URL(ari.url).host
  try {
    return [judge(where, ari.username, await askAri(ari, '/asterisk/info'))]
  } catch (error) {
    const { cause, name } = error as Error
    const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? name
    // Undici's word for a connection that was closed without an answer.
    if (code === 'UND_ERR_SOCKET')
      return [found('ari_hangs_up', `${where} takes the connection, and closes it without an answer.`)]
    return [found('ari_unreachable', `No answer of Asterisk at ${where}: ${code}.`)]
  }
}

function judge(where: string, username: string, { status, body }: AriAnswer): Finding {
  if (status === 401 || status === 403) return found('ari_refused', `Asterisk at ${where} refuses the user ${username}.`)
  if (status !== 200) return found('ari_stranger', `${where} answers ${status} for /asterisk/info.`)
  const version = versionIn(body)
  if (majorOf(version) < OLDEST) return found('ari_too_old', `Asterisk ${version} at ${where}.`)
  return found('ari_answers', `Asterisk at ${where} answers 200, version ${version}.`)
}
