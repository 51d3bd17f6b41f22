import type { Answer } from '../answer.ts'
import type { Context } from '../context.ts'
import { PnsProblem } from '../problem.ts'

/** What the doctor finds: it examines from outside, in a process of its own, once for all who ask at the same time. */
export async function runDoctor({ examine }: Context): Promise<Answer> {
  if (!examine) throw new PnsProblem('not_found', 'This PNS runs inside another program: run wakecall doctor.')
  return { devices: 0, body: await examine() }
}
