import type { CallRecord } from './call-record.ts'
import { deviceWords, failureWords, stateWords } from './call-words.ts'

/** `now`: ms since 1970. */
type View = { now: number; columns: number; rows: number }

/** Names are anybody's text: what moves a cursor or turns a line around is left out. */
const shown = (text: string): string => text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '')

function lineOf(call: CallRecord, now: number): string {
  const { to, from, devices } = call
  const ago = `${Math.max(0, Math.round((now - call.askedAt) / 1000))} s`
  const state = [stateWords(call, now), failureWords(call)].filter(Boolean).join(': ')
  const caller = shown([from.name, from.number].filter(Boolean).join(' '))
  const each = devices.map((device) => `${device.deviceId}: ${deviceWords(device)}`)
  return `${ago.padStart(7)}  ${to.padEnd(8)}  ${caller.padEnd(28)}  ${state.padEnd(17)}  ${each.join(', ')}`
}

const HEAD = `${'ago'.padStart(7)}  ${'to'.padEnd(8)}  ${'from'.padEnd(28)}  ${'state'.padEnd(17)}  devices`

/** The newest calls in as many lines as fit, none longer than the terminal is wide. */
export function screenOf(calls: readonly CallRecord[], { now, columns, rows }: View): string[] {
  const lines = calls.slice(0, Math.max(1, rows - 1)).map((call) => lineOf(call, now))
  const all = [HEAD, ...(lines.length > 0 ? lines : ['No call in the last hour.'])]
  return all.map((line) => [...line].slice(0, columns).join(''))
}
