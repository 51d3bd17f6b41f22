import type * as v from 'valibot'
import { check, MISSING } from '../wire/parse.ts'
import { PnsProblem } from './problem.ts'

/** The parameters of a request, or a problem `missing_parameter` or `invalid_request` that lists every error. */
export function checkParams<S extends v.GenericSchema<unknown, unknown>>(schema: S, input: unknown): v.InferOutput<S> {
  const checked = check(schema, input)
  if ('output' in checked) return checked.output
  const { errors } = checked
  const code = errors.some(({ message }) => message === MISSING) ? 'missing_parameter' : 'invalid_request'
  const detail = errors.map(({ pointer, message }) => `${pointer.slice(1) || 'The request'} ${message}`).join('; ')
  throw new PnsProblem(code, detail, { errors })
}
