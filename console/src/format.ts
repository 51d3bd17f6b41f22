import { pnsNow } from './clock.ts'

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

const DAY_MS = 24 * 3600 * 1000

/** The time of day, with the date if it was not lately. */
export const showTime = (ms: number, now = pnsNow()): string => (Math.abs(now - ms) < DAY_MS / 2 ? TIME : DATE).format(ms)

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const

/** `3 d`, `5 h`, `12 min`, `40 s`. */
export function showSeconds(seconds: number): string {
  const [size, unit] = UNITS.find(([each]) => seconds >= each) ?? [1, 's']
  return `${Math.floor(seconds / size)} ${unit}`
}
