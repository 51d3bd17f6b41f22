/** Who calls. `number` is `anonymous` where there is none, or where it is not to be shown; `name` is missing then, too. */
export type CallerId = { number: string; name: string | undefined; hidden: boolean }

/** Sixty-four visible characters are what a push takes. */
const PUSHABLE = /^[\x21-\x7e]{1,64}$/

/** `presentation`: CALLERID(pres) of the dialplan, like `allowed_passed_screen` or `prohib`. */
export function callerIdOf({ number, name }: { number: string; name: string }, presentation: string): CallerId {
  const hidden = presentation.startsWith('prohib')
  const shown = !hidden && PUSHABLE.test(number)
  return { number: shown ? number : 'anonymous', name: hidden ? undefined : name || undefined, hidden }
}

/** As ARI's `callerId` takes it: `"Ada" <1001>`. */
export const quoted = ({ number, name }: { number: string; name: string }): string =>
  `"${name.replace(/["\\]/g, '\\$&')}" <${number}>`
