import * as v from 'valibot'
import { Extension, RingSeconds } from '../../../wire/fields.ts'
import { check } from '../../../wire/parse.ts'

const Arguments = v.strictObject({
  extension: Extension,
  endpoint: v.optional(v.pipe(v.string(), v.regex(/^[^/&,@]+$/, 'must be the name of a PJSIP endpoint'))),
  ring: v.optional(v.pipe(v.string(), v.transform(Number), RingSeconds)),
})

/** `Stasis(wakecall,1001,endpoint=alice,ring=25)`: `endpoint` is the extension, and `ring` the ringSeconds of the settings. */
export type StasisArguments = { extension: string; endpoint: string; ringSeconds: number }

/** What is wrong is said in `fault`, for the log. */
export function readArguments(
  [extension, ...options]: readonly string[],
  ringSeconds: number,
): StasisArguments | { fault: string } {
  const pairs = options.map((option) => option.split(/=(.*)/s, 2))
  const checked = check(Arguments, { extension, ...Object.fromEntries(pairs) })
  if ('errors' in checked) {
    return { fault: checked.errors.map(({ pointer, message }) => `${pointer.slice(1) || 'an argument'} ${message}`).join('; ') }
  }
  const { endpoint, ring } = checked.output
  return { extension: checked.output.extension, endpoint: endpoint ?? checked.output.extension, ringSeconds: ring ?? ringSeconds }
}
