import type { Clock } from '../../core/clock.ts'
import type { Outcome } from '../../core/outcome.ts'
import type { Endpoints, Pusher } from '../../core/ports.ts'
import type { PlatformPush } from '../../wire/payload.ts'
import { Problem } from '../../wire/problem.ts'

/** What a publish to a token comes to, `takesMs` after it was sent. */
export type Fate = { outcome: Outcome['kind'] | 'never_answers'; takesMs?: number }
type Sent = { token: string; arn: string; push: PlatformPush; timeoutMs: number; at: number }

/**
 * SNS in memory. A token's endpoint goes through the fates that were scripted for it, then accepts; one that is deleted or
 * disabled is gone. `arns`: whether a token that comes back gets its old ARN or a fresh one, which AWS does not say.
 */
export function createSns(clock: Clock, arns: 'fresh' | 'same' = 'fresh') {
  const existing = new Map<string, { application: string; token: string; enabled: boolean }>()
  const fates = new Map<string, Fate[]>()
  const sent: Sent[] = []
  let made = 0
  const arnOf = (token: string) => [...existing].find(([, endpoint]) => endpoint.token === token)?.[0]

  const endpoints: Endpoints = {
    create: async (application, token) => {
      if (token.startsWith('refused')) throw new Problem('token_refused', 'SNS refused this token.')
      const known = [...existing].find(([, one]) => one.token === token && one.application === application)?.[0]
      if (known) return known
      const arn = `${application.replace(':app/', ':endpoint/')}/${arns === 'same' ? token : ++made}`
      existing.set(arn, { application, token, enabled: true })
      return arn
    },
    enable: async (arn) => {
      const endpoint = existing.get(arn)
      if (endpoint) endpoint.enabled = true
      return endpoint !== undefined
    },
    remove: async (arn) => void existing.delete(arn),
  }

  async function answer({ outcome, takesMs = 0 }: Fate, timeoutMs: number): Promise<Outcome> {
    const slow = outcome === 'never_answers' || takesMs > timeoutMs
    if (slow || takesMs > 0) await clock.sleep(slow ? timeoutMs : takesMs)
    if (slow) return { kind: 'retry', reason: 'sns_slow' }
    return outcome === 'accepted' ? { kind: outcome, messageId: `message-${sent.length}` } : { kind: outcome, reason: 'scripted' }
  }

  const pusher: Pusher = {
    publish: async (arn, push, timeoutMs) => {
      const endpoint = existing.get(arn)
      if (!endpoint) return { kind: 'gone', reason: 'endpoint_deleted' }
      if (!endpoint.enabled) return { kind: 'gone', reason: 'endpoint_disabled' }
      sent.push({ token: endpoint.token, arn, push, timeoutMs, at: clock.now() })
      return answer(fates.get(endpoint.token)?.shift() ?? { outcome: 'accepted' }, timeoutMs)
    },
  }

  return {
    endpoints,
    pusher,
    sent,
    arnOf,
    isEnabled: (arn: string) => existing.get(arn)?.enabled === true,
    exists: (arn: string) => existing.has(arn),
    arns: () => [...existing.keys()],
    script: (token: string, ...next: Fate[]) => void fates.set(token, next),
    /** What SNS does by itself when Apple or Google say that a token is dead. */
    disable: (token: string) => {
      const endpoint = existing.get(arnOf(token) ?? '')
      if (endpoint) endpoint.enabled = false
    },
  }
}

export const wakecallOf = ({ push }: Sent) => {
  const body = JSON.parse(push.body)
  return body.wakecall ?? JSON.parse(body.fcmV1Message.message.data.wakecall)
}
