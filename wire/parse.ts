import * as v from 'valibot'
import { type FieldError, Problem } from './problem.ts'

type Schema = v.GenericSchema<unknown, unknown>

const escapePointer = (key: unknown) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')

/** Valibot's path of an issue as a JSON pointer (RFC 6901) below `base`. */
function toFieldError(issue: v.BaseIssue<unknown>, base: string): FieldError {
  const keys = issue.path?.map(({ key }) => escapePointer(key)) ?? []
  return { pointer: [base, ...keys].join('/'), message: issue.message }
}

/** Parses `input`, or throws one `invalid_request` that lists every error. No value of the input is repeated in it. */
export function parse<S extends Schema>(schema: S, input: unknown, base = ''): v.InferOutput<S> {
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const errors = result.issues.map((issue) => toFieldError(withoutInput(issue), base))
  const [first] = errors
  throw new Problem('invalid_request', `${first?.pointer || 'The body'}: ${first?.message}`, { extras: { errors } })
}

/** Valibot's own messages end in "but received <input>": an input may be a token, so that part is cut off. */
function withoutInput<I extends v.BaseIssue<unknown>>(issue: I): I {
  return { ...issue, message: issue.message.replace(/ but received .*$/s, '') }
}

/** JSON with a clear error, and without the prototype trap: `__proto__` in a body stays data. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Problem('invalid_json', `The body is not JSON: ${(cause as Error).message.replace(/".*"/s, '…')}`, { cause })
  }
}
