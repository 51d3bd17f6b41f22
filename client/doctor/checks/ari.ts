import type { SettingsFile } from '../../settings.ts'
import { broken, type Catalogue, type Finding, finder, ok } from '../finding.ts'

export const ARI = {
  ari_answers: ok('Asterisk gives held calls to phones that wake over its REST interface.'),
  ari_unreachable: broken(
    'Without ARI Asterisk cannot hold a call for a phone that wakes.',
    'Is Asterisk running? In http.conf: enabled=yes and the bindaddr and bindport of ari.url; then: asterisk -rx "http show status".',
  ),
  ari_refused: broken(
    'Asterisk does not accept the user: no call is held for a phone that wakes.',
    'Compare ari.username and ari.password with ari.conf, then: asterisk -rx "module reload res_ari.so".',
  ),
  ari_stranger: broken(
    'What answers is not the REST interface of a running Asterisk.',
    'ari.url must end in /ari (after the prefix of http.conf, if there is one); in ari.conf enabled=yes.',
  ),
} satisfies Catalogue

const found = finder(ARI)
const WITHIN_MS = 3_000

export async function checkAri({ ari }: SettingsFile): Promise<Finding[]> {
  if (!ari) return []
  const where = new URL(ari.url).host
  const authorization = `Basic ${Buffer.from(`${ari.username}:${ari.password}`).toString('base64')}`
  try {
    const url = `${ari.url.replace(/\/$/, '')}/asterisk/info`
    const { status } = await fetch(url, {
      headers: { authorization },
      signal: AbortSignal.timeout(WITHIN_MS),
      redirect: 'manual',
    })
    if (status === 200) return [found('ari_answers', `Asterisk at ${where} answers 200.`)]
    if (status === 401 || status === 403) return [found('ari_refused', `Asterisk at ${where} refuses the user ${ari.username}.`)]
    return [found('ari_stranger', `${where} answers ${status} for /asterisk/info.`)]
  } catch (error) {
    const { cause, name } = error as Error
    return [found('ari_unreachable', `No answer of Asterisk at ${where}: ${(cause as NodeJS.ErrnoException)?.code ?? name}.`)]
  }
}
