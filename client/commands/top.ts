import { setTimeout as sleep } from 'node:timers/promises'
import type { CallRecord } from '../call-record.ts'
import { screenOf } from '../screen.ts'
import { ask } from './ask.ts'
import { CommandFailed, command, pnsArgs } from './command.ts'

const EACH_MS = 1_000
const HOUR_SECONDS = 3600
/** https://en.wikipedia.org/wiki/ANSI_escape_code: to the top left, and all below it away. */
const CLEAR = '\u001B[H\u001B[J'

type Listed = CallRecord & { agoSeconds: number }

/** What there is to see now: the newest calls, or why there are none. */
async function look(args: { pns?: string | undefined; config?: string | undefined }): Promise<string[]> {
  // A terminal without a size says 0.
  const [columns, rows] = [process.stdout.columns || 120, process.stdout.rows || 25]
  const path = `/calls?limit=${Math.min(1000, rows)}`
  const { calls } = await ask<{ calls: Listed[] }>(args, { method: 'GET', path })
  const lately = calls.filter(({ agoSeconds }) => agoSeconds < HOUR_SECONDS)
  const [newest] = lately
  // By the PNS's clock, which may be another machine's.
  const now = newest ? newest.askedAt + newest.agoSeconds * 1000 : 0
  return screenOf(lately, { now, columns, rows })
}

export const top = command({
  meta: { name: 'top', description: 'Show calls as they happen, in a terminal; once, where the output is none' },
  args: { pns: pnsArgs.pns, config: pnsArgs.config },
  async run({ args }) {
    // A last line feed would push the first line out of a full screen.
    const write = (lines: readonly string[], end = '') => process.stdout.write(`${lines.join('\n')}${end}`)
    if (!process.stdout.isTTY) return void write(await look(args), '\n')
    for (;;) {
      const lines = await look(args).catch((error: unknown) => {
        if (error instanceof CommandFailed && error.exitCode === 3) return [error.message]
        throw error
      })
      process.stdout.write(CLEAR)
      write(lines)
      await sleep(EACH_MS)
    }
  },
})
