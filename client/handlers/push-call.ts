import { randomUUID } from 'node:crypto'
import type * as v from 'valibot'
import type { RingAnswer } from '../../wire/calls.ts'
import type { Answer } from '../answer.ts'
import type { Context } from '../context.ts'
import type { PushCallParams } from '../params.ts'
import { PnsProblem } from '../problem.ts'
import type { Registration } from '../store/registration.ts'
import { callerOf, confirmedOf, outcomesOf, settleDeliveries, spared, storageFailed } from './deliveries.ts'

type Params = v.InferOutput<typeof PushCallParams>
type Call = Omit<Params, 'wait' | 'seconds'> & { callId: string; ringSeconds: number }

/** How long a call waits for registrations that are on their way. */
const HURRY_MS = 300

/** Rings every device of an extension. With `wait`, answers when the first of them is ready. */
export async function pushCall(context: Context, { wait, seconds, ...params }: Params, hungUp: AbortSignal): Promise<Answer> {
  const { clock, recentCalls, settings } = context
  const asked = clock.monotonic()
  const call = { ...params, callId: params.callId ?? randomUUID(), ringSeconds: params.ringSeconds ?? settings().ringSeconds }
  const answer = await push(context, call, asked)
  if (wait === undefined) return { devices: answer.devices, body: answer }
  const endsAt = asked + (seconds ?? call.ringSeconds) * 1000
  // Where nothing was pushed, nobody will wake.
  const withinMs = answer.devices === 0 ? 0 : Math.max(0, endsAt - clock.monotonic())
  const ready = await recentCalls.ready(call.callId, withinMs, hungUp)
  return { devices: ready ? 1 : 0, body: { ...answer, ready: ready ?? null } }
}

async function push(context: Context, call: Call, asked: number): Promise<RingAnswer> {
  const { clock, metrics, log, recentCalls } = context
  const { callId, to, ringSeconds } = call
  recentCalls.remember({ callId, to, from: callerOf(call.from, call.name), ringSeconds }, asked)
  try {
    const answer = await ring(context, call, asked)
    recentCalls.pushed(callId, answer.deliveries)
    metrics.pushCalls.inc({ result: 'ok' })
    log.info({ callId, to, devices: answer.devices, outcomes: outcomesOf(answer.deliveries) }, 'call pushed')
    return answer
  } catch (error) {
    const code = error instanceof PnsProblem ? error.code : 'internal'
    recentCalls.failed(callId, code)
    metrics.pushCalls.inc({ result: code })
    log.warn({ callId, to, code }, 'call not pushed')
    throw error
  } finally {
    metrics.pushCallSeconds.observe((clock.monotonic() - asked) / 1000)
  }
}

async function ring(context: Context, call: Call, asked: number): Promise<RingAnswer> {
  const { clock, outbox, relay, settings } = context
  const { callId, to, from, name, ringSeconds, custom } = call
  const { pushBudgetMs } = settings()
  // While the relay is known to be away this fails at once, as the call then does.
  await outbox.hurry(to, Math.min(HURRY_MS, pushBudgetMs / 4)).catch(storageFailed(context))
  const before = confirmedOf(context, to)
  const awake = awakeOf(context, call)
  const body = () => ({
    callId,
    to,
    from: callerOf(from, name),
    ringSeconds,
    custom,
    awake,
    elapsedMs: clock.monotonic() - asked,
  })
  const budgetMs = Math.max(1, asked + pushBudgetMs - clock.monotonic())
  const answer = await relay().call('ring', { body, budgetMs })
  settleDeliveries(context, answer.deliveries, before)
  if (!answer.repeated) doubtUnnamed(context, answer, before)
  return answer
}

/** Ids of the devices that are named by id or token. */
function awakeOf(context: Context, { to, awake }: Call): string[] | undefined {
  if (awake === undefined) return undefined
  const named = new Set(awake)
  const devices = spared(context, () => context.store.devices(to)) ?? []
  return devices.filter(({ deviceId, token }) => named.has(deviceId) || named.has(token)).map(({ deviceId }) => deviceId)
}

/** A first ring names every device that the relay has: one that it does not name was lost there, and is told anew. */
function doubtUnnamed(context: Context, { deliveries }: RingAnswer, before: readonly Registration[]): void {
  const named = new Set(deliveries.map(({ deviceId }) => deviceId))
  const unnamed = before.filter(({ deviceId }) => !named.has(deviceId))
  if (unnamed.length === 0) return
  spared(context, () => context.store.recheck(unnamed))
  context.outbox.notify()
}
