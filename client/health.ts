import * as v from 'valibot'
import type { NameState } from './net/names.ts'
import type { PnsProblemCode } from './problem.ts'
import type { Counts } from './store/store.ts'
import { VERSION } from './version.ts'

export const HealthParams = v.strictObject({ probe: v.optional(v.picklist(['ready'])) })

/** How the relay was last met; what has not been seen yet is absent. Times are ISO 8601. */
type Contact = {
  at?: string | undefined
  problem?: PnsProblemCode | undefined
  away?: boolean
  clockOffsetMs?: number | undefined
  p95Ms?: number | undefined
  certificate?: { issuer: string; validTo: string } | undefined
}

/** The last call that was to be pushed: `ok`, or the code of the problem. */
export type LastPush = { at: string; result: string }

/** What the PNS knows of itself, of what it stores and of the relay; times in milliseconds. */
export type Vitals = {
  now: number
  uptimeMs: number
  counts: Counts
  refusals: Record<string, number>
  contact: Contact
  keyIds: string[]
  names: NameState[]
  storageProblem?: PnsProblemCode | undefined
  lastPush?: LastPush | undefined
}

export type HealthProblem = { code: string; detail: string }

export type Health = ReturnType<typeof healthOf>

const OUTBOX_OLD_SECONDS = 60
const CLOCK_OFF_SECONDS = 60
const CERTIFICATE_DAYS = 14
const DAY_MS = 24 * 3600 * 1000

/** Refusals of a request are answers: the relay is there. */
const ANSWERS: readonly (string | undefined)[] = [undefined, 'relay_refused', 'call_not_found']

const problem = (code: string, detail: string): HealthProblem => ({ code, detail })

function relayProblems({ contact, now }: Vitals): HealthProblem[] {
  const { away, at, certificate } = contact
  const since = at === undefined ? 'It has not answered since the PNS started' : `It last answered at ${at}`
  const offset = Math.round((contact.clockOffsetMs ?? 0) / 1000)
  const days = certificate ? Math.floor((Date.parse(certificate.validTo) - now) / DAY_MS) : Number.POSITIVE_INFINITY
  const failed = away ? 'relay_away' : contact.problem
  return [
    ...(failed === undefined || ANSWERS.includes(failed) ? [] : [problem(failed, `${since}: run wakecall doctor.`)]),
    ...(Math.abs(offset) > CLOCK_OFF_SECONDS && failed !== 'clock_skewed'
      ? [
          problem(
            'clock_skewed',
            `The clock of this machine is ${Math.abs(offset)} s ${offset < 0 ? 'ahead of' : 'behind'} the relay's: set it, best by NTP.`,
          ),
        ]
      : []),
    ...(days < CERTIFICATE_DAYS
      ? [problem('certificate_expires', `The certificate of the relay is valid for ${days} more days: have it renewed.`)]
      : []),
  ]
}

function ownProblems({ counts, names, storageProblem }: Vitals, oldestSeconds: number | undefined): HealthProblem[] {
  const stale = names.filter((name) => name.stale)
  return [
    ...((oldestSeconds ?? 0) > OUTBOX_OLD_SECONDS
      ? [problem('outbox_old', `A change of a device has waited ${oldestSeconds} s for the relay: run wakecall doctor.`)]
      : []),
    ...(counts.parked > 0
      ? [problem('changes_parked', `Changes that the relay refused: ${counts.parked}. See wakecall devices --parked.`)]
      : []),
    ...stale.map(({ host, ageSeconds }) =>
      problem('name_stale', `No resolver answers for ${host}: an address of ${ageSeconds} s ago is used. Mend the DNS.`),
    ),
    ...(storageProblem ? [problem(storageProblem, 'The last change could not be stored: look at the disk of dataDir.')] : []),
  ]
}

/** The answer of `/health`. `ready`: calls can be taken. */
export function healthOf(vitals: Vitals) {
  const { now, uptimeMs, counts, refusals, contact, keyIds, names, storageProblem, lastPush } = vitals
  const { devices, waiting, parked, wakes, oldestWaiting } = counts
  const oldestSeconds = oldestWaiting === undefined ? undefined : Math.max(0, Math.round((now - oldestWaiting) / 1000))
  const problems = [...relayProblems(vitals), ...ownProblems(vitals, oldestSeconds)]
  const away = contact.away ?? false
  return {
    status: problems.length > 0 ? ('degraded' as const) : ('ok' as const),
    ready: !away && storageProblem === undefined,
    live: true,
    version: VERSION,
    pid: process.pid,
    uptimeSeconds: Math.round(uptimeMs / 1000),
    devices,
    outbox: { waiting, parked, oldestSeconds, refusals, wakes },
    relay: { ...contact, away, keyIds },
    lastPush,
    names,
    problems,
  }
}
