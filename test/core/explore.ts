import type { Clock } from '../../core/clock.ts'
import { START } from './clock.ts'

type Call = (...args: never[]) => Promise<unknown>
type Port = { [method: string]: Call }

/** `inTurns` gives the same port, every call of which waits until it is chosen. */
export type Turns = { clock: Clock; inTurns: <P>(port: P) => P }

/** Who acts at once, and what holds when all have done; an actor that fails fails the run. */
export type Scenario = (turns: Turns) => { actors: Promise<unknown>[]; check: () => Promise<void> | void }

/** Lets everybody go on who can. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Runs a scenario in one order: at every point where calls wait, the next choice says which of them happens. Time passes
 * only when no call waits. Gives what was chosen among how many.
 */
export async function runInOrder(scenario: Scenario, choices: readonly number[]): Promise<{ choice: number; among: number }[]> {
  const waiting: (() => void)[] = []
  const sleeping: { at: number; wake: () => void }[] = []
  let now = START
  const turn = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
  const clock: Clock = {
    now: () => now,
    sleep: (ms) => new Promise((wake) => sleeping.push({ at: now + ms, wake })),
  }
  const inTurns = <P>(port: P): P =>
    Object.fromEntries(
      Object.entries(port as Port).map(([name, method]) => [name, (...args: never[]) => turn().then(() => method(...args))]),
    ) as P

  const { actors, check } = scenario({ clock, inTurns })
  const done = Promise.all(actors)
  // The error comes out of the `await` below; until then it is not unhandled.
  done.catch(() => {})
  const trail: { choice: number; among: number }[] = []
  for (;;) {
    await settled()
    if (waiting.length > 0) {
      const among = waiting.length
      const choice = (choices[trail.length] ?? 0) % among
      trail.push({ choice, among })
      waiting.splice(choice, 1)[0]?.()
    } else if (sleeping.length > 0) {
      sleeping.sort((a, b) => a.at - b.at)
      const next = sleeping.shift()
      now = next?.at ?? now
      next?.wake()
    } else break
  }
  await done
  await check()
  return trail
}

/** Runs a scenario in every order that its calls can happen in; gives how many there were. */
export async function exploreAll(scenario: Scenario): Promise<number> {
  let choices: number[] = []
  for (let runs = 1; ; runs++) {
    const trail = await runInOrder(scenario, choices).catch((cause: unknown) => {
      throw new Error(`in the order ${choices.join(',')}: ${(cause as Error).message}`, { cause })
    })
    while (trail.length > 0 && trail.at(-1)?.choice === (trail.at(-1)?.among ?? 0) - 1) trail.pop()
    const last = trail.pop()
    if (!last) return runs
    choices = [...trail.map(({ choice }) => choice), last.choice + 1]
  }
}
