import { type Http, type HttpAnswer, openHttp } from '../../http.ts'
import { type Attributes, readStoredContact, type StoredContact, storedContactId } from '../devices/stored-contact.ts'

/** Asterisk said no, with a status and its words; `gone` where a channel is not there any more, or no longer ours. */
export class AriRefused extends Error {
  readonly status: number

  constructor(status: number, said: string) {
    super(said)
    this.name = 'AriRefused'
    this.status = status
  }

  /** 404 and 409 are what everybody gets who asks for a channel that a hangup has taken away meanwhile, or 412 while it goes. */
  get gone(): boolean {
    return [404, 409, 412].includes(this.status)
  }
}

/** A channel as ARI describes it; what else it says is left alone. */
export type Channel = {
  id: string
  name: string
  state: string
  caller: { name: string; number: string }
  dialplan: { app_name?: string | undefined; app_data?: string | undefined }
}

export type Originate = {
  id: string
  endpoint: string
  /** The caller's channel: its Linkedid, codecs and streams are the leg's too. */
  originator: string | undefined
  callerId: string
  seconds: number
  variables: Record<string, string>
}

export type HangupReason = 'normal' | 'answered_elsewhere'

/** Asterisk's REST interface (its own `/ari/api-docs`). Rejects with `AriRefused`, or Node's error if there is no answer. */
export type Ari = ReturnType<typeof openAri>

export type AriPlace = { url: string; username: string; password: string; application: string }

export const authorizationOf = ({ username, password }: AriPlace): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

const WITHIN_MS = 5_000
/** Asterisk refuses connections beyond the sessionlimit of http.conf, 100 by default: a burst of calls waits in line instead. */
const CONNECTIONS = 16

const query = (params: Record<string, string | number>): string =>
  `?${Object.entries(params)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')}`

/** Several variables in one request, functions too. Values must not contain a comma. */
const arrayOf = (variables: Record<string, string | number>): string =>
  query({ variable: `ARRAY(${Object.keys(variables).join(',')})`, value: Object.values(variables).join(',') })

function wordsOf({ status, body }: HttpAnswer): string {
  const { message, error } = (body ?? {}) as { message?: string; error?: string }
  return message ?? error ?? `HTTP ${status}`
}

export function openAri(place: AriPlace) {
  const { application, url } = place
  const http: Http = openHttp({ url, authorization: authorizationOf(place) }, WITHIN_MS, CONNECTIONS)

  async function ask<T = void>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await http.ask(method, path, body)
    if (answer.status < 200 || answer.status > 299) throw new AriRefused(answer.status, wordsOf(answer))
    return answer.body as T
  }
  const channel = (id: string) => `/channels/${encodeURIComponent(id)}`

  const contacts = `/applications/${application}/subscription${query({ eventSource: 'endpoint:PJSIP' })}`

  return {
    application,
    info: () => ask<{ system?: { version?: string } } | undefined>('GET', '/asterisk/info'),
    /** Contacts of every PJSIP endpoint, and only these types of events. Before Asterisk 16.3 there is no filter. */
    async subscribe(types: readonly string[]): Promise<void> {
      await ask('POST', contacts)
      const allowed = types.map((type) => ({ type }))
      await ask('PUT', `/applications/${application}/eventFilter`, { allowed }).catch(ignoreGone)
    },
    /** Asterisk forgets the application, and makes no events for nobody. */
    unsubscribe: () => ask('DELETE', contacts),
    /** What Asterisk has of a contact; `undefined` if it has none of this URI. */
    async storedContact(aor: string, uri: string): Promise<StoredContact | undefined> {
      const id = encodeURIComponent(storedContactId(aor, uri))
      const { status, body, date } = await http.ask('GET', `/asterisk/config/dynamic/res_pjsip/contact/${id}`)
      return status === 200 ? readStoredContact(body as Attributes, date) : undefined
    },
    channels: () => ask<Channel[]>('GET', '/channels'),
    ring: (id: string) => ask('POST', `${channel(id)}/ring`),
    /** 183. Older ones that cannot do it alone ring. */
    progress: (id: string) => ask('POST', `${channel(id)}/progress`).catch(() => ask('POST', `${channel(id)}/ring`)),
    music: (id: string, mohClass: string) => ask('POST', `${channel(id)}/moh${query({ mohClass })}`),
    /** A variable, or a function of the dialplan. */
    get: async (id: string, variable: string): Promise<string> =>
      (await ask<{ value: string }>('GET', `${channel(id)}/variable${query({ variable })}`)).value,
    set: (id: string, variables: Record<string, string | number>) => ask('POST', `${channel(id)}/variable${arrayOf(variables)}`),
    hasApplication: (name: string) =>
      ask('GET', `/applications/${name}`).then(
        () => true,
        () => false,
      ),
    userEvent: (name: string, to: string) => ask('POST', `/events/user/${name}${query({ application: to })}`),
    originate({ id, seconds, variables, originator, ...rest }: Originate): Promise<void> {
      const own = { app: application, appArgs: LEG, timeout: Math.ceil(seconds), ...(originator !== undefined && { originator }) }
      return ask('POST', `${channel(id)}${query({ ...rest, ...own })}`, { variables })
    },
    /** On with the dialplan, behind Stasis(). */
    continue: (id: string) => ask('POST', `${channel(id)}/continue`),
    hangup: (id: string, reason: HangupReason) => ask('DELETE', `${channel(id)}${query({ reason })}`),
    close: http.close,
  }
}

/** The argument that our own legs come to the application with. */
export const LEG = 'wakecall-leg'

/** For what may find its channel gone. */
export function ignoreGone(error: unknown): void {
  if (!(error instanceof AriRefused && error.gone)) throw error
}
