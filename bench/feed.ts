import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { post } from './pns-load.ts'
import { bundledCommand, cpuSeconds, inTemporaryDir, startPns, type Target, withStubRelay } from './pns-process.ts'
import { median, type Row, valueRow } from './row.ts'

const PER_SECOND = 50
const VIEWERS = 5
const SECONDS = 12
const TURNS = 3
const EXTENSION = '1001'

/** What a phone does of a call, so many ms after the PBX asked. */
const STEPS = [
  [700, '/woke'],
  [710, '/invited'],
  [2_000, '/answered'],
] as const

/** One call as a PBX tells it: every step changes what pages show. */
async function call(url: string, callId: string, agent: Agent): Promise<void> {
  const tell = (path: string, params: object) => post(`${url}${path}`, JSON.stringify({ callId, ...params }), agent)
  const begin = performance.now()
  await tell('/push_call', { to: EXTENSION, from: '+442079460000', name: 'Ada Lovelace' })
  for (const [afterMs, path] of STEPS) {
    await sleep(Math.max(0, begin + afterMs - performance.now()))
    await tell(path, { extension: EXTENSION, deviceId: 'iphone' })
  }
}

/** Percent of one core that the PNS uses meanwhile. */
async function load({ url, pid }: Target, name: string): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const [begin, before] = [performance.now(), await cpuSeconds(pid)]
  const calls = Array.from({ length: SECONDS * PER_SECOND }, async (_, i) => {
    await sleep((i * 1000) / PER_SECOND)
    await call(url, `${name}-${i}`, agent)
  })
  await Promise.all(calls)
  agent.destroy()
  return (100 * 1000 * ((await cpuSeconds(pid)) - before)) / (performance.now() - begin)
}

/** Somebody who looks at the page; `leave` throws if there was nothing to see. */
function view(url: string) {
  let seen = 0
  const asked = request(`${url}/events`, (response) => {
    response.on('data', (chunk: Buffer) => {
      seen += chunk.length
    })
  })
  asked.on('error', () => {}).end()
  const leave = () => {
    asked.destroy()
    if (seen < SECONDS * PER_SECOND * 100) throw new Error(`a viewer saw only ${seen} bytes of calls`)
  }
  return { leave }
}

/** What five pages that show the calls cost a PNS, beside what it does without them. */
export const benchFeed = (): Promise<Row[]> =>
  withStubRelay((stub) =>
    inTemporaryDir(async (dir) => {
      const pns = await startPns(await bundledCommand(dir), dir, stub.url)
      const device = { extension: EXTENSION, platform: 'ios', token: 'a'.repeat(64), deviceId: 'iphone' }
      await post(`${pns.url}/register`, JSON.stringify(device), new Agent())
      await load(pns, 'warm')
      const turns: { without: number; seen: number }[] = []
      for (let turn = 0; turn < TURNS; turn++) {
        const without = await load(pns, `without-${turn}`)
        const viewers = Array.from({ length: VIEWERS }, () => view(pns.url))
        const seen = await load(pns, `seen-${turn}`)
        for (const { leave } of viewers) leave()
        turns.push({ without, seen })
      }
      await pns.stop()
      const [value, baseline] = [
        median(turns.map(({ without, seen }) => seen - without)),
        median(turns.map(({ without }) => without)),
      ]
      return [valueRow({ name: 'console.feed', unit: '% of a core more, 50 calls/s, 5 viewers', value, baseline }, '<=', 2)]
    }),
  )
