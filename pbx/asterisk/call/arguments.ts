import * as v from 'valibot'
import { Extension, RingSeconds } from '../../../wire/fields.ts'
import { check } from '../../../wire/parse.ts'

const Arguments = v.strictObject({
  extension: Extension,
  options: v.strictObject({
    endpoint: v.exactOptional(v.pipe(v.string(), v.regex(/^[^/&,@]+$/, 'must be the name of a PJSIP endpoint'))),
    ring: v.exactOptional(v.pipe(v.string(), v.transform(Number), RingSeconds)),
  }),
})

/** `Stasis(wakecall,1001,endpoint=alice,ring=25)`: `endpoint` is the extension, and `ring` the ringSeconds of the settings. */
export type StasisArguments = { extension: string; endpoint: string; ringSeconds: number }

/** What is wrong is said in `fault`, for the log. */
export function readArguments(
  [extension, ...options]: readonly string[],
  ringSeconds: number,
): StasisArguments | { fault: string } {
  const pairs = options.map((option) => option.split(/=(.*)/s, 2))
  const checked = check(Arguments, { extension, options: Object.fromEntries(pairs) })
  if ('errors' in checked) {
    const faults = checked.errors.map(({ pointer, message }) => `${pointer.split('/').at(-1)} ${message}`)
    return { fault: faults.join('; ') }
  }
  const { extension: called, options: given } = checked.output
  return { extension: called, endpoint: given.endpoint ?? called, ringSeconds: given.ring ?? ringSeconds }
}
