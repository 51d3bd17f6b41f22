import type * as v from 'valibot'
import { parse } from '../wire/parse.ts'
import { type FieldError, Problem } from '../wire/problem.ts'
import { PnsProblem } from './problem.ts'

type Schema = v.GenericSchema<unknown, unknown>
type Checked<S extends Schema> = { output: v.InferOutput<S> } | { errors: FieldError[] }

const MISSING = 'is missing'

/** Valibot's words for keys, as people say them. */
const inPlainWords = (message: string): string =>
  message.replace(/^Invalid key: Expected ".*"$/, MISSING).replace(/^Invalid key: Expected never$/, 'is not known here')

/** Every error of `input`, none of its values. */
export function check<S extends Schema>(schema: S, input: unknown): Checked<S> {
  try {
    return { output: parse(schema, input) }
  } catch (error) {
    const errors = error instanceof Problem ? error.extras.errors : undefined
    if (!errors) throw error
    return { errors: errors.map(({ pointer, message }) => ({ pointer, message: inPlainWords(message) })) }
  }
}

/** The parameters of a request, or a problem `missing_parameter` or `invalid_request` that lists every error. */
export function checkParams<S extends Schema>(schema: S, input: unknown): v.InferOutput<S> {
  const checked = check(schema, input)
  if ('output' in checked) return checked.output
  const { errors } = checked
  const code = errors.some(({ message }) => message === MISSING) ? 'missing_parameter' : 'invalid_request'
  throw new PnsProblem(code, errors.map(({ pointer, message }) => `${pointer.slice(1) || 'The request'} ${message}`).join('; '), {
    errors,
  })
}
