import { setTimeout as sleep } from 'node:timers/promises'
import type { Delivery } from '../../wire/delivery.ts'
import type { Ask } from './ask.ts'
import type { Findings } from './findings.ts'
import type { PnsProcess } from './pns-process.ts'
import type { Random } from './random.ts'
import type { Pushed } from './sns.ts'
import type { Unit } from './unit.ts'

const CALLERS = 24
const APART_MS = 600
const SHORTEST_RING_SECONDS = 5
/** Clocks and timers are not finer. */
const TICK_MS = 5

/** `until`: when the last ring that was asked for is over, ms of this process's monotonic clock; `pushes` that ring, `messages` of SNS by event and device. */
type Call = { until: number; delayMs: number; pushes: number; messages: Map<string, string> }
export type CallTally = Record<'calls' | 'rang' | 'pushes' | 'cancels', number> & {
  answerMs: number[]
  said: Record<string, number>
}

/** Callers that ring, repeat, cancel, and the phones that get the pushes: never one twice, never one too late. */
export function createCalls(findings: Findings) {
  const calls = new Map<string, Call>()
  const tally: CallTally = { calls: 0, rang: 0, pushes: 0, cancels: 0, answerMs: [], said: {} }
  let made = 0

  /** The relay is about to see a request of this call so many ms later than it was sent. */
  function delayed(callId: string, ms: number): void {
    const call = calls.get(callId)
    if (call) call.delayMs = Math.max(call.delayMs, ms)
  }

  function pushed(token: string, { callId, event }: Pushed): void {
    const call = calls.get(callId)
    findings.tell(callId, `push ${event} to ${token}`)
    tally.pushes += 1
    if (!call) {
      findings.wrong(`a push of ${callId}: nobody asked for it`)
      return
    }
    if (event === 'call') call.pushes += 1
    const lateMs = performance.now() - call.until - call.delayMs - TICK_MS
    if (lateMs > 0) findings.wrong(`${callId}: pushed ${lateMs.toFixed(0)} ms after its deadline`, callId)
  }

  /** What the relay made of a call, or of one more request for it: each device has one push, in the end as in the beginning. */
  function delivered(event: Pushed['event'], callId: string, deliveries: readonly Delivery[]): void {
    for (const { deviceId, messageId } of deliveries) {
      if (messageId === undefined) continue
      const before = calls.get(callId)?.messages.get(`${event} ${deviceId}`) ?? messageId
      calls.get(callId)?.messages.set(`${event} ${deviceId}`, messageId)
      if (messageId !== before) findings.wrong(`${callId}: pushed twice to ${deviceId}, as ${before} and ${messageId}`, callId)
    }
  }

  async function ring(ask: Ask, callId: string, to: string, ringSeconds: number): Promise<boolean> {
    const call = calls.get(callId) ?? { until: 0, delayMs: 0, pushes: 0, messages: new Map() }
    calls.set(callId, call)
    const asked = performance.now()
    call.until = asked + ringSeconds * 1000
    findings.tell(callId, `ring ${to} for ${ringSeconds} s`)
    const reply = await ask('/push_call', { to, callId, from: '1000', ringSeconds })
    const said = typeof reply === 'string' ? reply : `${reply.status} ${JSON.stringify(reply.body)}`
    findings.tell(callId, `said ${said}`)
    const result = typeof reply === 'string' ? reply : (reply.body.code ?? 'ok')
    tally.said[result] = (tally.said[result] ?? 0) + 1
    if (typeof reply === 'string') return false
    tally.answerMs.push(performance.now() - asked)
    if (reply.status !== 200) return false
    if (reply.body.devices !== call.pushes) {
      findings.wrong(`${callId}: ${call.pushes} pushes, and the PNS says ${reply.body.devices}`, callId)
    }
    return true
  }

  async function callOnce(ask: Ask, random: Random, { extensions, name }: Unit): Promise<void> {
    const [to, callId, ringSeconds] = [random.pick(extensions), `${name}-call-${++made}`, random.whole(SHORTEST_RING_SECONDS, 8)]
    tally.calls += 1
    // A dialplan may ask again under the same id, after a failure or to be sure.
    let rang = await ring(ask, callId, to, ringSeconds)
    for (let again = 0; again < 2 && random.chance(rang ? 0.1 : 0.6); again++) {
      rang = (await ring(ask, callId, to, ringSeconds)) || rang
    }
    if (rang) tally.rang += 1
    if (random.chance(0.3)) {
      tally.cancels += 1
      await ask('/cancel_call', { callId, reason: 'caller_hung_up' })
    }
  }

  async function run(units: readonly Unit[], ask: Ask, pns: PnsProcess, random: Random, stopped: () => boolean): Promise<void> {
    async function caller(): Promise<void> {
      while (!stopped()) {
        if (await pns.readySoon()) await callOnce(ask, random, random.pick(units))
        await sleep(random.between(0, APART_MS))
      }
    }
    await Promise.all(Array.from({ length: CALLERS }, caller))
  }

  return { run, pushed, delivered, delayed, tally }
}
