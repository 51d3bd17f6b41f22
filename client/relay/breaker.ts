import type { PnsProblem } from '../problem.ts'
import { jitter } from './retry.ts'

const FAILURES = 5
const FIRST_PROBE_MS = 1_000
const LONGEST_PROBE_MS = 10_000

/** `since`: wall clock, in ms. `problem`: what was seen then. */
export type Opened = { since: number; problem: PnsProblem }

type Dependencies = {
  /** Fails while the address is away. */
  probe: () => Promise<unknown>
  wait: (ms: number) => Promise<unknown>
  wall: () => number
}

/**
 * Knows of one address whether it is away: after five failures in a row, until a probe or a late answer comes. After a good
 * probe one more failure is enough.
 */
export function createBreaker({ probe, wait, wall }: Dependencies) {
  let failures = 0
  let last: PnsProblem | undefined
  let opened: Opened | undefined

  const isGood = () =>
    probe().then(
      () => true,
      () => false,
    )

  async function watch(mine: Opened): Promise<void> {
    for (let probes = 0; opened === mine; probes++) {
      await wait(jitter(Math.min(FIRST_PROBE_MS * 2 ** probes, LONGEST_PROBE_MS)))
      if (opened === mine && (await isGood()) && opened === mine) shut(FAILURES - 1)
    }
  }

  function shut(counted: number): void {
    failures = counted
    opened = undefined
  }

  return {
    opened: (): Opened | undefined => opened,
    /** What the last failure was, unless an answer came since. */
    last: (): PnsProblem | undefined => last,
    failed(problem: PnsProblem): void {
      failures += 1
      last = problem
      if (opened || failures < FAILURES) return
      opened = { since: wall(), problem }
      void watch(opened)
    },
    answered(): void {
      last = undefined
      shut(0)
    },
    /** Ends the probes. */
    stop: (): void => shut(0),
  }
}
