import { setTimeout as sleep } from 'node:timers/promises'
import type { CallRecord } from '../call-record.ts'
import { screenOf } from '../screen.ts'
import { ask } from './ask.ts'
import { CommandFailed, command, pnsArgs } from './command.ts'

const EACH_MS = 1_000
/** https://en.wikipedia.org/wiki/ANSI_escape_code: to the top left, and all below it away. */
const CLEAR = '\u001B[H\u001B[J'

/** What there is to see now: the newest calls, or why there are none. */
async function look(args: { pns?: string | undefined; config?: string | undefined }): Promise<string[]> {
  const { columns = 120, rows = 25 } = process.stdout
  const { calls } = await ask<{ calls: CallRecord[] }>(args, { method: 'GET', path: `/calls?limit=${Math.min(1000, rows)}` })
  return screenOf(calls, { now: Date.now(), columns, rows })
}

export const top = command({
  meta: { name: 'top', description: 'Show calls as they happen, in a terminal; once, where the output is none' },
  args: { pns: pnsArgs.pns, config: pnsArgs.config },
  async run({ args }) {
    const write = (lines: readonly string[]) => process.stdout.write(lines.map((line) => `${line}\n`).join(''))
    if (!process.stdout.isTTY) return void write(await look(args))
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
