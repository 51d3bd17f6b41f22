import { deviceIdOf } from '../../client/store/registration.ts'
import type { Platform } from '../../wire/delivery.ts'

/** What the PNS is asked for. One app for all. */
export type Change =
  | { kind: 'register'; extension: string; deviceId?: string; platform: Platform; token: string; alertToken?: string }
  | { kind: 'update'; oldToken: string; newToken: string }
  | { kind: 'delete'; token: string }
  | { kind: 'delete'; extension: string; deviceId: string }

export const APP = 'com.example.phone'

export type ModelDevice = { platform: Platform; token: string; alertToken?: string }
/** Devices by `extension/deviceId`. */
export type State = ReadonlyMap<string, ModelDevice>

/**
 * What became of a change: what the PNS answered, as `answerOf` says it; `refused`: it said that nothing was stored;
 * `unsure`: it died, or said that it does not know.
 */
export type Outcome = { answer: string } | 'refused' | 'unsure'
export type Attempt = { change: Change; outcome: Outcome }

export const nameOf = ({ extension, deviceId }: { extension: string; deviceId: string }): string => `${extension}/${deviceId}`
export const listed = (names: readonly string[]): string => [...names].sort().join(' ') || 'none'

export const sameState = (a: State, b: State): boolean => textOf(a) === textOf(b)
export const textOf = (state: State): string =>
  [...state]
    .map(([name, { platform, token, alertToken = '' }]) => `${name} ${platform} ${token} ${alertToken}`)
    .sort()
    .join('\n')

function holders(state: State, wanted: string): string[] {
  const holds = ({ token, alertToken }: ModelDevice) => token === wanted || alertToken === wanted
  return [...state].filter(([, device]) => holds(device)).map(([name]) => name)
}

/** The state after a change, and what the PNS answers: the names of the devices that it changed. */
export function apply(state: State, change: Change): [State, answer: string] {
  const next = new Map(state)
  if (change.kind === 'register') {
    const { extension, platform, token, alertToken } = change
    const same = holders(state, token).filter((name) => name.startsWith(`${extension}/`))
    const name = change.deviceId ? nameOf({ extension, deviceId: change.deviceId }) : same[0]
    const own = name ?? nameOf({ extension, deviceId: deviceIdOf(APP, token) })
    for (const other of same) next.delete(other)
    next.set(own, { platform, token, ...(alertToken && { alertToken }) })
    return [next, own]
  }
  if (change.kind === 'update') {
    const { oldToken, newToken } = change
    const found = holders(state, oldToken)
    for (const name of found) {
      const device = state.get(name) as ModelDevice
      next.set(name, { ...device, ...(device.token === oldToken ? { token: newToken } : { alertToken: newToken }) })
    }
    return [next, listed(found.length > 0 ? found : holders(state, newToken))]
  }
  const found = 'token' in change ? holders(state, change.token) : [nameOf(change)].filter((name) => state.has(name))
  for (const name of found) next.delete(name)
  return [next, listed(found)]
}

/** Every state that attempts under way at once can have led to, in whatever order the PNS took them; none if its answers fit no order. */
export function explain(states: readonly State[], attempts: readonly Attempt[]): State[] {
  const found = new Map<string, State>()
  function follow(state: State, left: readonly Attempt[]): void {
    if (left.every(({ outcome }) => typeof outcome === 'string')) found.set(textOf(state), state)
    for (const [i, { change, outcome }] of left.entries()) {
      if (outcome === 'refused') continue
      const [next, answer] = apply(state, change)
      if (outcome === 'unsure' || outcome.answer === answer) follow(next, left.toSpliced(i, 1))
    }
  }
  for (const state of states) follow(state, attempts)
  return [...found.values()]
}
