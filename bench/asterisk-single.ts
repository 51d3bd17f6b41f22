import { setTimeout as sleep } from 'node:timers/promises'
import type { Phones } from './asterisk-phones.ts'
import { plain } from './asterisk-world.ts'
import { percentile, type Row, valueRow } from './row.ts'

/** By then the push is sent, and everything is as it is for seconds. */
const HELD_MS = 150

/** Milliseconds from the REGISTER of a phone that wakes to its INVITE. */
async function wake(phones: Phones, extension: string): Promise<number> {
  const invited = phones.invite(extension)
  const call = phones.call(extension)
  await call.ringing
  await sleep(HELD_MS)
  const { sentAt, done } = phones.register(extension, 300)
  await Promise.all([call.answered, done])
  await call.hangUp()
  return (await invited) - sentAt
}

/** Milliseconds from the caller's INVITE to that of a phone that is awake. */
async function ring(phones: Phones, extension: string, number: string): Promise<number> {
  const invited = phones.invite(extension)
  const call = phones.call(number)
  await call.answered
  await call.hangUp()
  return (await invited) - call.sentAt
}

/** One call after the other: each extension's phone is woken, and then, awake, called by Asterisk alone and by the application. */
export async function benchSingle(phones: Phones, extensions: readonly string[]): Promise<Row[]> {
  const [woke, dialled, rung] = [[] as number[], [] as number[], [] as number[]]
  for (const extension of extensions) {
    woke.push(await wake(phones, extension))
    dialled.push(await ring(phones, extension, plain(extension)))
    rung.push(await ring(phones, extension, extension))
    await phones.register(extension, 0).done
  }
  const wakes = (name: string, share: number, limit: number) => {
    const [value, baseline] = [percentile(woke, share), percentile(dialled, share)]
    return valueRow({ name, unit: 'ms, REGISTER to INVITE', value, baseline }, '<=', limit)
  }
  const baseline = percentile(dialled, 0.99)
  const value = percentile(rung, 0.99) - baseline
  return [
    wakes('asterisk.wake.p50', 0.5, 15),
    wakes('asterisk.wake.p99', 0.99, 60),
    valueRow({ name: 'asterisk.awake.p99', unit: 'ms more, INVITE to INVITE', value, baseline }, '<=', 30),
  ]
}
