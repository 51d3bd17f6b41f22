import { afterAll, expect, vi } from 'vitest'
import type { Quotas } from '../../core/pbx.ts'
import { type CloudOptions, startCloud } from '../../local/cloud.ts'
import type { SightKind } from '../../local/phones/history.ts'
import { PROBLEM_TYPE, PROBLEMS, type ProblemCode } from '../../wire/problem.ts'
import type { Answer } from './http.ts'
import { newPbx, pbxClient } from './pbx.ts'
import { FUNCTION_LOGS, leaks, linesOf } from './secrets.ts'

type Options = Pick<Partial<CloudOptions>, 'clock' | 'publishPerSecond'> & { quotas?: Partial<Quotas> }

/**
 * A cloud with two PBXs, `a` (whose quotas may be set) and `b`, for one test file. When the file is over, nothing that it
 * used as a secret may stand in the functions' logs.
 */
export async function openRelay({ quotas, ...options }: Options = {}) {
  const [hq, branch] = [newPbx('hq', quotas), newPbx('branch')]
  const pbxs = [hq.pbx, branch.pbx]
  const cloud = await startCloud({ port: 0, pbxs, ...options })
  afterAll(async () => {
    await cloud.close()
    expect(leaks(linesOf(cloud, FUNCTION_LOGS))).toEqual([])
  })

  /** How often a phone saw this; of one call only, if its `uuid` is given. */
  const seen = (phone: string, kind: SightKind, uuid?: string): number =>
    cloud.phones.history(phone).filter((sight) => sight.kind === kind && (uuid === undefined || sight.uuid === uuid)).length

  return {
    cloud,
    pbxs,
    a: pbxClient(cloud.relayUrl, hq.signer),
    b: pbxClient(cloud.relayUrl, branch.signer),
    seen,
    /** Waits until a phone saw it. */
    sees: (phone: string, kind: SightKind, uuid?: string) =>
      vi.waitFor(() => expect(seen(phone, kind, uuid)).toBeGreaterThan(0), { timeout: 10_000, interval: 10 }),
  }
}

/** The answer is this problem's document and nothing else: no stack, no cause, no path of a file. */
export function expectProblem(answer: Answer, code: ProblemCode): void {
  const { status, title } = PROBLEMS[code]
  expect({ status: answer.status, code: answer.json?.code }).toEqual({ status, code })
  expect(answer.json).toMatchObject({ type: `urn:wakecall:problem:${code}`, title, status })
  expect(answer.json.detail.length).toBeGreaterThan(0)
  expect(answer.headers['content-type']).toBe(PROBLEM_TYPE)
  expect(answer.headers['x-request-id']).toBe(answer.json.requestId)
  expect(answer.headers['cache-control']).toBe('no-store')
  const members = [
    'type',
    'code',
    'title',
    'status',
    'detail',
    'requestId',
    'errors',
    'time',
    'storedVersion',
    'removed',
    'allow',
  ]
  expect(members).toEqual(expect.arrayContaining(Object.keys(answer.json)))
  expect(answer.text).not.toMatch(/\.[jt]s\b|node:|node_modules|\\n\s+at /)
}

export const outcomes = ({ json }: Answer): Record<string, string> =>
  Object.fromEntries(json.deliveries.map(({ deviceId, outcome }: Record<string, string>) => [deviceId, outcome]))
