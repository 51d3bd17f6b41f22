import { randomUUID } from 'node:crypto'
import type * as v from 'valibot'
import type { RingAnswer } from '../../wire/calls.ts'
import type { Delivery } from '../../wire/delivery.ts'
import type { Answer, Context } from '../context.ts'
import type { CallParams, CancelCallParams, PushCallParams, PushMessageParams } from '../params.ts'
import { PnsProblem } from '../problem.ts'
import { BACKGROUND_BUDGET_MS } from '../relay/relay.ts'
import { isConfirmed, type Registration } from '../store/registration.ts'

type Output<S extends v.GenericSchema<unknown, unknown>> = v.InferOutput<S>

const caller = (number: string, name: string | undefined) => ({ number, ...(name !== undefined && { name }) })

/** Rings every device of an extension. */
export async function pushCall(context: Context, params: Output<typeof PushCallParams>): Promise<Answer> {
  const { clock, metrics, log, recentCalls } = context
  const asked = clock.monotonic()
  const callId = params.callId ?? randomUUID()
  recentCalls.remember(callId, { at: asked, to: params.to, woken: false })
  try {
    const answer = await ring(context, { ...params, callId }, asked)
    metrics.pushCalls.inc({ result: 'ok' })
    log.info({ callId, to: params.to, devices: answer.devices, outcomes: outcomesOf(answer.deliveries) }, 'call pushed')
    return { devices: answer.devices, body: answer }
  } catch (error) {
    const code = error instanceof PnsProblem ? error.code : 'internal'
    metrics.pushCalls.inc({ result: code })
    log.warn({ callId, to: params.to, code }, 'call not pushed')
    throw error
  } finally {
    metrics.pushCallSeconds.observe((clock.monotonic() - asked) / 1000)
  }
}

async function ring(
  context: Context,
  params: Output<typeof PushCallParams> & { callId: string },
  asked: number,
): Promise<RingAnswer> {
  const { clock, store } = context
  const { pushBudgetMs, ringSeconds } = context.settings()
  const { callId, to, from, name, custom } = params
  const before = store.devices(to).filter(isConfirmed)
  const request = { callId, to, from: caller(from, name), ringSeconds: params.ringSeconds ?? ringSeconds, custom }
  const body = () => ({ ...request, elapsedMs: clock.monotonic() - asked })
  const answer = await context.relay().call('ring', { body, budgetMs: pushBudgetMs })
  settleDeliveries(context, answer.deliveries, before)
  return answer
}

/** Devices whose endpoint is gone were removed by the relay; `before`: those that it had when it was asked. */
function settleDeliveries({ store, metrics }: Context, deliveries: readonly Delivery[], before: readonly Registration[]): void {
  for (const { deviceId, outcome } of deliveries) {
    metrics.deliveries.inc({ outcome })
    const gone = outcome === 'gone' ? before.find((device) => device.deviceId === deviceId) : undefined
    if (gone) store.forget(gone)
  }
}

const outcomesOf = (deliveries: readonly Delivery[]) => deliveries.map(({ deviceId, outcome }) => ({ deviceId, outcome }))

export async function pushMessage(context: Context, params: Output<typeof PushMessageParams>): Promise<Answer> {
  const { to, from, name, text, android, messageId = randomUUID() } = params
  const before = context.store.devices(to).filter(isConfirmed)
  const body = () => ({ messageId, to, from: caller(from, name), text, android })
  const answer = await context.relay().call('message', { body, budgetMs: context.settings().pushBudgetMs })
  settleDeliveries(context, answer.deliveries, before)
  context.log.info({ messageId, to, devices: answer.devices, outcomes: outcomesOf(answer.deliveries) }, 'message pushed')
  return { devices: answer.devices, body: answer }
}

export async function cancelCall(context: Context, { callId, reason }: Output<typeof CancelCallParams>): Promise<Answer> {
  const budgetMs = context.settings().pushBudgetMs
  const to = context.recentCalls.find(callId)?.to
  const before = to === undefined ? [] : context.store.devices(to).filter(isConfirmed)
  const answer = await context.relay().call('cancel', { params: { callId }, query: reason ? { reason } : {}, budgetMs })
  settleDeliveries(context, answer.deliveries, before)
  context.log.info({ callId, reason: answer.reason, devices: answer.devices, known: answer.known }, 'call cancelled')
  return { devices: answer.devices, body: answer }
}

/** The relay's trace of a call, as it is. It reads logs for it, which may take longer than a call could wait. */
export async function trace(context: Context, { callId }: Output<typeof CallParams>): Promise<Answer> {
  const body = await context.relay().once('trace', { params: { callId }, budgetMs: BACKGROUND_BUDGET_MS })
  return { devices: body.devices.length, body }
}
