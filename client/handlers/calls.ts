import { randomUUID } from 'node:crypto'
import type * as v from 'valibot'
import type { Answer } from '../answer.ts'
import type { Context } from '../context.ts'
import { ownTrace } from '../own-trace.ts'
import type { CallParams, CancelCallParams, PushMessageParams } from '../params.ts'
import { PnsProblem } from '../problem.ts'
import { BACKGROUND_BUDGET_MS } from '../relay/relay.ts'
import type { Trace } from '../timeline.ts'
import { callerOf, confirmedOf, outcomesOf, settleDeliveries } from './deliveries.ts'

type Output<S extends v.GenericSchema<unknown, unknown>> = v.InferOutput<S>

export async function pushMessage(context: Context, params: Output<typeof PushMessageParams>): Promise<Answer> {
  const { to, from, name, text, android, messageId = randomUUID() } = params
  const before = confirmedOf(context, to)
  const body = () => ({ messageId, to, from: callerOf(from, name), text, android })
  const answer = await context.relay().call('message', { body, budgetMs: context.settings().pushBudgetMs })
  settleDeliveries(context, answer.deliveries, before)
  context.log.info({ messageId, to, devices: answer.devices, outcomes: outcomesOf(answer.deliveries) }, 'message pushed')
  return { devices: answer.devices, body: answer }
}

export async function cancelCall(context: Context, { callId, reason }: Output<typeof CancelCallParams>): Promise<Answer> {
  context.recentCalls.cancelled(callId, reason ?? 'caller_hung_up')
  const budgetMs = context.settings().pushBudgetMs
  const to = context.recentCalls.find(callId)?.record.to
  const before = to === undefined ? [] : confirmedOf(context, to)
  const answer = await context.relay().call('cancel', { params: { callId }, query: reason ? { reason } : {}, budgetMs })
  settleDeliveries(context, answer.deliveries, before)
  context.log.info({ callId, reason: answer.reason, devices: answer.devices, known: answer.known }, 'call cancelled')
  return { devices: answer.devices, body: answer }
}

/**
 * The relay's trace of a call, and what was seen of it here: that alone, if the relay has none or is away. The relay reads logs for
 * it, which may take longer than a call could wait.
 */
export async function trace(context: Context, { callId }: Output<typeof CallParams>): Promise<Answer> {
  const seen = () => context.recentCalls.find(callId)?.record
  const traced: Trace = await context
    .relay()
    .once('trace', { params: { callId }, budgetMs: BACKGROUND_BUDGET_MS })
    .catch((error: unknown) => {
      const own = seen()
      if (!own || !(error instanceof PnsProblem)) throw error
      return { ...ownTrace(own), lacks: error.message }
    })
  for (const { step, deviceId, reason = 'refused' } of traced.steps) {
    if (step === 'provider_refused' && deviceId !== undefined) context.recentCalls.refused(callId, deviceId, reason)
  }
  const body: Trace = { ...traced, seen: seen() }
  return { devices: traced.devices.length, body }
}
