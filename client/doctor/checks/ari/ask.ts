import type { SettingsFile } from '../../../settings.ts'

export type AriSettings = NonNullable<SettingsFile['ari']>
export type AriAnswer = { status: number; body: unknown }

const WITHIN_MS = 3_000

/** Asks Asterisk's REST interface. Rejects as `fetch` does. */
export async function askAri({ url, username, password }: AriSettings, path: string, method = 'GET'): Promise<AriAnswer> {
  const response = await fetch(`${url.replace(/\/$/, '')}${path}`, {
    method,
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
    signal: AbortSignal.timeout(WITHIN_MS),
    redirect: 'manual',
  })
  return { status: response.status, body: await response.json().catch(() => undefined) }
}

/** The settings of an object of pjsip.conf, wherever they are kept (file, wizard, database). */
export type Attributes = ReadonlyMap<string, string>

/** An object of PJSIP by its name, with the defaults of what nobody set; `undefined` if there is none. */
export async function objectOf(ari: AriSettings, type: string, name: string): Promise<Attributes | undefined> {
  const { status, body } = await askAri(ari, `/asterisk/config/dynamic/res_pjsip/${type}/${encodeURIComponent(name)}`)
  if (status !== 200) return undefined
  return new Map((body as { attribute: string; value: string }[]).map(({ attribute, value }) => [attribute, value]))
}

/** Asterisk says it one way or the other. */
export const isOn = (value: string | undefined): boolean => value === 'yes' || value === 'true'
