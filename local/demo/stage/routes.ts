import type { IncomingMessage } from 'node:http'
import * as v from 'valibot'
import { check } from '../../../wire/parse.ts'
import { CLOUD_PARTS } from '../../cloud.ts'
import { Fate, oneOf, Placed } from './placed.ts'
import { StageProblem } from './problem.ts'
import type { Stage } from './stage.ts'

const MAX_CHARACTERS = 16 * 1024

const NameParams = v.strictObject({ name: v.string() })
const FateParams = v.strictObject({ name: v.string(), fate: Fate })
const AwayParams = v.strictObject({
  part: oneOf(CLOUD_PARTS),
  away: v.boolean('must be true or false'),
})

/** What `/phones/…` does with the body of a POST. */
export type Changes = Record<string, (input: unknown) => Promise<void>>

const checked =
  <S extends v.GenericSchema<unknown, unknown>>(schema: S, change: (params: v.InferOutput<S>) => Promise<void>) =>
  async (input: unknown) => {
    const result = check(schema, input)
    if ('output' in result) return change(result.output)
    const says = result.errors.map(({ pointer, message }) => `${pointer.slice(1) || 'the body'} ${message}`)
    throw new StageProblem('invalid_request', `Send it again with this mended: ${says.join('; ')}.`)
  }

export const changesOf = (stage: Stage): Changes => ({
  '/phones/add': checked(Placed, stage.add),
  '/phones/remove': checked(NameParams, stage.remove),
  '/phones/fate': checked(FateParams, stage.setFate),
  '/phones/answer': checked(NameParams, stage.answer),
  '/phones/decline': checked(NameParams, stage.decline),
  '/phones/hang_up': checked(NameParams, stage.hangUp),
  '/phones/away': checked(AwayParams, stage.setAway),
})

/** The JSON of a body. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_CHARACTERS) throw new StageProblem('payload_too_large', 'Send a few parameters as JSON, no more.')
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new StageProblem('invalid_json', 'Send the parameters as a JSON object, like {"name":"iphone"}.', { cause })
  }
}
