import type { Tally } from './driver.ts'
import type { World } from './world.ts'

/** The median, the 99th percentile and the longest, in ms. */
function timesOf(answerMs: readonly number[]): string {
  const sorted = answerMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0
  return [0.5, 0.99, 1].map((share) => at(share).toFixed(0)).join('/')
}

/** What has happened so far, in one line. */
export function report({ observer, calls, climate, pns, ends }: World, tally: Tally): string {
  const { requests } = observer
  const { answerMs, said, ...rung } = calls.tally
  return [
    `${tally.answered} changes (and ${tally.refused} not taken, ${tally.unsure} unsure; ${tally.looks} read back; in ${timesOf(tally.answerMs)} ms)`,
    `${requests.count} requests at the relay (${requests.spoiled} spoiled)`,
    `${rung.calls} calls (${rung.rang} rang, ${rung.cancels} cancelled, ${rung.pushes} pushes; ${JSON.stringify(said)} in ${timesOf(answerMs)} ms)`,
    `${pns.starts()} starts (${ends.byItself} ends by itself; the longest stop took ${Math.round(pns.longestStopMs())} ms)`,
    `${climate.spells()} changes of the weather`,
  ].join('; ')
}
