import type * as v from 'valibot'
import type { Answer } from '../answer.ts'
import { isPageFile, pageFile } from '../console/page.ts'
import type { Context } from '../context.ts'
import { signIn, signOut } from '../http/guard.ts'
import type { FileParams, SignInParams, WakeTimesParams } from '../params.ts'
import { PnsProblem } from '../problem.ts'
import { VERSION } from '../version.ts'

type Output<S extends v.GenericSchema<unknown, unknown>> = v.InferOutput<S>

const HOUR_MS = 3600 * 1000

/** The console, or a file of it. */
export function page(_: Context, { file = 'index.html' }: Partial<Output<typeof FileParams>>): Answer {
  if (!isPageFile(file)) throw new PnsProblem('not_found', 'The console has no such file.')
  const found = pageFile(file)
  if (!found) throw new PnsProblem('not_found', 'The console is not built: run npm run build:console.')
  return found
}

/** `full`: whether the page may change things; `signedIn`: whether it has shown a token. */
export type ConsoleFacts = { version: string; pbx: string; full: boolean; signedIn: boolean }

/** What the page has to know before it asks for anything else. */
export function consoleFacts({ settings }: Context): Answer {
  const { pbx, console, localToken } = settings()
  const body: ConsoleFacts = { version: VERSION, pbx, full: console === 'full', signedIn: localToken !== undefined }
  return { devices: 0, body }
}

export const signInPage = ({ settings }: Context, { token }: Output<typeof SignInParams>): Answer => ({
  devices: 0,
  body: { signedIn: true },
  headers: { 'set-cookie': signIn(token, settings()) },
})

export const signOutPage = ({ settings }: Context): Answer => ({
  devices: 0,
  body: { signedIn: false },
  headers: { 'set-cookie': signOut(settings()) },
})

/** Calls as they change, until the page goes. */
export function events({ feed }: Context): Answer {
  if (feed.isFull()) throw new PnsProblem('too_many_viewers', 'Close a page that shows the console, or try again later.')
  return { stream: { contentType: 'text/event-stream; charset=utf-8', join: feed.join } }
}

/** How long phones took to wake, in buckets, over the last hours. */
export function wakeTimes({ store, clock }: Context, { hours }: Output<typeof WakeTimesParams>): Answer {
  const buckets = store.wakeTimes.since(clock.wall() - hours * HOUR_MS)
  return { devices: 0, body: { hours, buckets } }
}
