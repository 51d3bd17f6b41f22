import { setTimeout as sleep } from 'node:timers/promises'
import type { Call } from './kamailio-caller.ts'
import type { Place } from './kamailio-socket.ts'
import { GATEWAY, PLAIN, SUSPEND, type World } from './kamailio-world.ts'
import { percentile, type Row, valueRow } from './row.ts'

const BATCH = 100
/** Longer than a ping waits: by then the push is sent, and everything is as it is for seconds. */
const HELD_MS = 1_000

/** Milliseconds of one user: woken by either design, and called while awake, by the plain proxy and the gateway. */
type Times = { woke: number; resumed: number; plain: number; rung: number }

/** A call to a phone that sleeps. */
async function hold({ caller, phones }: World, user: string, gateway: Place): Promise<Call> {
  phones.sleep(user)
  const call = caller.call(user, gateway)
  await call.ringing
  return call
}

/** Milliseconds from the REGISTER of a phone to its INVITE. */
async function wake({ phones }: World, user: string, gateway: Place, call: Call): Promise<number> {
  const invited = phones.invite(call.callId)
  const { sentAt, done } = phones.register(user, gateway)
  const [at] = await Promise.all([invited, done, call.answered])
  return at - sentAt
}

/** Milliseconds from the caller's INVITE to that of a phone that is awake. */
export async function ring({ caller, phones }: World, user: string, gateway: Place): Promise<number> {
  phones.wake(user)
  const call = caller.call(user, gateway)
  const at = await phones.invite(call.callId)
  await call.answered
  await end(phones, call)
  return at - call.sentAt
}

/** A call that rang twice is an error. */
export async function end(phones: World['phones'], call: Call): Promise<void> {
  await call.hangUp()
  if (phones.legs(call.callId) !== 1) throw new Error(`a call rang ${phones.legs(call.callId)} times at one phone`)
  phones.forget(call.callId)
}

/** The designs in turns, so that what else the machine does hits all of them. */
async function batch(world: World, users: readonly string[]): Promise<Times[]> {
  const calls: [held: Call, suspended: Call][] = []
  for (const user of users) calls.push([await hold(world, user, GATEWAY), await hold(world, user, SUSPEND)])
  await sleep(HELD_MS)
  const times: Times[] = []
  for (const [i, user] of users.entries()) {
    const [held, suspended] = calls[i] as [Call, Call]
    const woke = await wake(world, user, GATEWAY, held)
    const resumed = await wake(world, user, SUSPEND, suspended)
    await Promise.all([held, suspended].map((call) => end(world.phones, call)))
    times.push({ woke, resumed, plain: await ring(world, user, PLAIN), rung: await ring(world, user, GATEWAY) })
    world.phones.sleep(user)
  }
  return times
}

/** One call after the other. The baseline is the plain proxy, from the caller's INVITE to that of a phone which is awake. */
export async function benchWakes(world: World, users: readonly string[]): Promise<Row[]> {
  const times: Times[] = []
  for (let i = 0; i < users.length; i += BATCH) times.push(...(await batch(world, users.slice(i, i + BATCH))))
  const at = (what: keyof Times, share: number) =>
    percentile(
      times.map((one) => one[what]),
      share,
    )
  const row = (name: string, what: keyof Times, share: number, limit: number) =>
    valueRow({ name, unit: 'ms, REGISTER to INVITE', value: at(what, share), baseline: at('plain', share) }, '<=', limit)
  const baseline = at('plain', 0.99)
  const more = { name: 'kamailio.awake.p99', unit: 'ms more, INVITE to INVITE', value: at('rung', 0.99) - baseline, baseline }
  return [
    row('kamailio.wake.p50', 'woke', 0.5, 5),
    row('kamailio.wake.p99', 'woke', 0.99, 5),
    row('kamailio.suspend.p50', 'resumed', 0.5, 5),
    row('kamailio.suspend.p99', 'resumed', 0.99, 5),
    valueRow(more, '<=', 3),
  ]
}
