import * as v from 'valibot'
import { type FieldError, Problem } from './problem.ts'

type Schema = v.GenericSchema<unknown, unknown>
type Checked<S extends Schema> = { output: v.InferOutput<S> } | { errors: FieldError[] }

export const MISSING = 'is missing'

/**
 * Valibot's words as people say them. Its messages end in "but received <input>", and an input may be a token: that part
 * is cut off.
 */
const plainly = (message: string): string =>
  message
    .replace(/^Invalid type: Expected \(.*\) but received undefined$/, MISSING)
    .replace(/ but received .*$/s, '')
    .replace(/^Invalid key: Expected never$/, 'is not known here')
    .replace(/^Invalid key: Expected ".*"$/, MISSING)
    .replace(/^Invalid \w+: Expected /, 'must be ')

const escapePointer = (key: unknown) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')

/** Valibot's path of an issue as a JSON pointer (RFC 6901) below `base`. */
function toFieldError(issue: v.BaseIssue<unknown>, base: string): FieldError {
  const keys = issue.path?.map(({ key }) => escapePointer(key)) ?? []
  return { pointer: [base, ...keys].join('/'), message: plainly(issue.message) }
}

/** What `input` is by the schema, or every error of it and none of its values. */
export function check<S extends Schema>(schema: S, input: unknown, base = ''): Checked<S> {
  const result = v.safeParse(schema, input)
  return result.success ? { output: result.output } : { errors: result.issues.map((issue) => toFieldError(issue, base)) }
}

/** `check`, or throws one `invalid_request` that lists every error. */
export function parse<S extends Schema>(schema: S, input: unknown, base = ''): v.InferOutput<S> {
  const checked = check(schema, input, base)
  if ('output' in checked) return checked.output
  const { errors } = checked
  const [first] = errors
  throw new Problem('invalid_request', `${first?.pointer || 'The body'}: ${first?.message}`, { extras: { errors } })
}

/** JSON with a clear error that repeats nothing of it; `__proto__` in it stays data. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Problem('invalid_json', `The body is not JSON: ${(cause as Error).message.replace(/".*"/s, '…')}`, { cause })
  }
}
