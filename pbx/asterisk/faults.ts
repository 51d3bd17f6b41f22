import { AriRefused } from './ari/rest.ts'

/** Why Asterisk cannot be worked with, and what to do. `settled`: it will not go away by itself. */
export class AriFault extends Error {
  readonly code: string
  readonly settled: boolean

  constructor(code: string, message: string, settled: boolean) {
    super(message)
    this.name = 'AriFault'
    this.code = code
    this.settled = settled
  }
}

/** Before it Asterisk has no filter of events, and no Stasis() that says whether it failed. */
const OLDEST = 16

/**
 * Throws `AriFault` for what `/ari/asterisk/info` says if that is no Asterisk's, or of a version that is too old: `22.10.1`,
 * `certified/18.9-cert3`.
 */
export function assertVersion(info: { system?: { version?: string } } | undefined, { url }: { url: string }): void {
  const version = info?.system?.version
  if (version === undefined) throw stranger(url)
  const major = Number(/\d+/.exec(version)?.[0])
  if (major >= OLDEST) return
  throw new AriFault('asterisk_too_old', `Asterisk ${version} is too old: the dial application needs ${OLDEST} or later.`, true)
}

function stranger(url: string): AriFault {
  const next = 'ari.url must end in /ari, and ari.conf have enabled=yes. It may still be starting'
  return new AriFault('ari_stranger', `What answers at ${url} has no REST interface of Asterisk: ${next}.`, false)
}

/** What was tried at `url`, in words for who runs the PBX. */
export function faultOf(error: unknown, { url, username }: { url: string; username: string }): AriFault {
  if (error instanceof AriFault) return error
  const { code, message } = error as NodeJS.ErrnoException
  const status = error instanceof AriRefused ? error.status : Number(/Unexpected server response: (\d+)/.exec(message)?.[1])
  if (status === 401) {
    const next = 'compare ari.username and ari.password with ari.conf, then: asterisk -rx "module reload res_ari.so"'
    return new AriFault('ari_refused', `Asterisk at ${url} refuses the user ${username}: ${next}`, true)
  }
  if (status === 403) return new AriFault('ari_read_only', `The user ${username} may only read: read_only=no in ari.conf.`, true)
  if (status === 404) return stranger(url)
  const next = 'is it running? In http.conf: enabled=yes, and the bindaddr and bindport of ari.url'
  return new AriFault('ari_unreachable', `Asterisk does not answer at ${url} (${code ?? message}): ${next}.`, false)
}
