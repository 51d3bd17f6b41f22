import type { Outcome } from '../../core/outcome.ts'
import type { Endpoints, Pusher } from '../../core/ports.ts'
import type { PlatformPush } from '../../wire/payload.ts'
import { Problem } from '../../wire/problem.ts'
import type { CallPayload, CancelPayload } from '../../wire/wake.ts'
import type { Random } from './random.ts'

export type Pushed = CallPayload | CancelPayload

/** Tokens that SNS takes for none, so that the relay refuses the device for good. */
export const REFUSED = 'refused:'

const wakecallOf = ({ body }: PlatformPush): Pushed => {
  const { wakecall, fcmV1Message } = JSON.parse(body)
  return wakecall ?? JSON.parse(fcmV1Message.message.data.wakecall)
}

/** SNS in memory, quick with many endpoints; it throttles a few pushes. `pushed` is told of every one that it takes. */
export function createSns(
  random: Random,
  pushed: (token: string, push: Pushed) => void,
): { endpoints: Endpoints; pusher: Pusher } {
  const arns = new Map<string, string>()
  const tokens = new Map<string, string>()
  let [made, taken] = [0, 0]

  async function create(application: string, token: string): Promise<string> {
    if (token.startsWith(REFUSED)) throw new Problem('token_refused', 'SNS refused this token.')
    const name = `${application} ${token}`
    const arn = arns.get(name) ?? `${application.replace(':app/', ':endpoint/')}/${++made}`
    arns.set(name, arn)
    tokens.set(arn, name)
    return arn
  }

  async function publish(arn: string, push: PlatformPush): Promise<Outcome> {
    const token = tokens.get(arn)?.split(' ')[1]
    if (token === undefined) return { kind: 'gone', reason: 'endpoint_deleted' }
    if (random.chance(0.02)) return { kind: 'retry', reason: 'sns_throttled' }
    pushed(token, wakecallOf(push))
    return { kind: 'accepted', messageId: `m${++taken}` }
  }

  async function remove(arn: string): Promise<void> {
    arns.delete(tokens.get(arn) ?? '')
    tokens.delete(arn)
  }

  return { endpoints: { create, enable: async (arn) => tokens.has(arn), remove }, pusher: { publish } }
}
