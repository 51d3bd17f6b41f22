import { setTimeout as sleep } from 'node:timers/promises'
import type { OwnCall, Phones } from './asterisk-phones.ts'
import type { World } from './asterisk-world.ts'
import { cpuSeconds, residentMiB } from './pns-process.ts'
import { type Row, valueRow } from './row.ts'

const AT_ONCE = 200
/** Beyond the time that a phone takes to wake. */
const HELD_MS = 5_000
/** Asterisk answers the caller a moment before the two are joined. */
const TALK_MS = 1_000
/** So many that what the heap grows by in steps is little beside them. */
const MANY = 2_000
const BATCH = 100

const batches = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))

/** One call to each extension, `size` of them at once, until `work` is done. Gives how many were answered when the phones woke. */
async function hold(phones: Phones, extensions: readonly string[], size: number, work: () => Promise<unknown>): Promise<number> {
  const calls = new Map<string, OwnCall>()
  for (const batch of batches(extensions, size)) {
    for (const extension of batch) calls.set(extension, phones.call(extension))
    await Promise.all(batch.map((extension) => calls.get(extension)?.ringing))
  }
  await work()
  const answer = async (extension: string) => {
    await phones.register(extension, 300).done
    await calls.get(extension)?.answered
    await sleep(TALK_MS)
    await calls.get(extension)?.hangUp()
    await phones.register(extension, 0).done
  }
  let answered = 0
  for (const batch of batches(extensions, size)) {
    const ended = await Promise.allSettled(batch.map(answer))
    answered += ended.filter(({ status }) => status === 'fulfilled').length
  }
  return answered
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

/** What held calls take of memory and of the processor: `value` ours, `baseline` Asterisk's own, each of one call. */
async function taken({ phones, application, pns, asterisk }: World, extensions: readonly string[]) {
  const resident = () => Promise.all([application, asterisk].map(residentMiB))
  const used = () =>
    Promise.all([[application, pns], [asterisk]].map(async (pids) => total(await Promise.all(pids.map(cpuSeconds)))))
  const grown = ([value = 0, baseline = 0]: number[], [valueThen = 0, baselineThen = 0]: number[], unit: number) => ({
    value: ((value - valueThen) * unit) / extensions.length,
    baseline: ((baseline - baselineThen) * unit) / extensions.length,
  })
  const [residentThen, usedThen] = [await resident(), await used()]
  let kib = { value: 0, baseline: 0 }
  await hold(phones, extensions, BATCH, async () => {
    await sleep(HELD_MS)
    kib = grown(await resident(), residentThen, 1024)
  })
  return { kib, ms: grown(await used(), usedThen, 1000) }
}

/** Calls that are held at the same time: whether one is lost, and what they take beside what Asterisk takes for them. */
export async function benchHeld(world: World, extensions: readonly string[]): Promise<Row[]> {
  const { kib, ms } = await taken(world, extensions.slice(0, MANY))
  const value = await hold(world.phones, extensions.slice(0, AT_ONCE), AT_ONCE, () => sleep(HELD_MS))
  return [
    valueRow({ name: 'asterisk.held', unit: `answered, of ${AT_ONCE} held at once`, value, baseline: AT_ONCE }, '>=', AT_ONCE),
    valueRow({ name: 'asterisk.memory', unit: 'KiB a held call', ...kib }, '<=', 64),
    valueRow({ name: 'asterisk.cpu', unit: 'ms a held call, with the PNS', ...ms }, '<=', 20),
  ]
}
