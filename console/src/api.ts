import { signal } from '@preact/signals'
import { TEXTS } from './texts.ts'

/** Whether the PNS asks for its localToken. */
export const mustSignIn = signal(false)
/** What went wrong last, until it is dismissed; and what went well. */
export const notice = signal<{ kind: 'error' | 'done'; text: string } | undefined>(undefined)

type Problem = { code?: string; title?: string; detail?: string }

export class Refused extends Error {
  readonly code: string | undefined

  constructor({ code, title, detail }: Problem) {
    super(detail ?? title ?? TEXTS.failed)
    this.code = code
  }
}

/** Rejects with what the PNS says; a missing token shows the form instead. */
export async function answerOf<T>(response: Response): Promise<T> {
  const body = (await response.json().catch(() => ({}))) as T & Problem
  if (response.ok) return body
  if (body.code === 'token_required') mustSignIn.value = true
  throw new Refused(body)
}

export const get = async <T>(path: string): Promise<T> => answerOf<T>(await fetch(path))

export const post = async <T>(path: string, body: object = {}): Promise<T> =>
  answerOf<T>(await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }))

/** Why a stream is refused, which an EventSource does not tell; `undefined` if it is not, or nobody answers. */
export async function refusalOf(path: string): Promise<string | undefined> {
  const enough = new AbortController()
  try {
    const response = await fetch(path, { signal: enough.signal })
    if (!response.ok) await answerOf(response)
    enough.abort()
  } catch (error) {
    return error instanceof Refused ? error.message : undefined
  }
}

/** Does something that somebody asked for, and says what became of it. */
export async function attempt<T>(work: Promise<T>, done?: (answer: T) => string): Promise<void> {
  try {
    const answer = await work
    notice.value = done && { kind: 'done', text: done(answer) }
  } catch (error) {
    notice.value = { kind: 'error', text: `${TEXTS.failed}: ${(error as Error).message}` }
  }
}
