import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fillDisk, freeDisk } from './disk.ts'
import type { startFront } from './front.ts'
import { createRandom, type Random } from './random.ts'
import { clockFront, diskFront, dnsFront, FAIR, type Front, relayFront, type Weather } from './weather.ts'

const LOOK_MS = 100
const FAIR_AT_FIRST_MS = 2000

type World = { dataDir: string; clockFile: string; front: () => Awaited<ReturnType<typeof startFront>> }

/** The weather, and what it does to the world. */
export function createClimate(seed: number, world: World) {
  let weather = FAIR
  let spells = 0

  async function become(change: Partial<Weather>): Promise<void> {
    weather = { ...weather, ...change }
    spells += 1
    if (change.away !== undefined) await (change.away ? world.front().leave() : world.front().comeBack())
    if (change.diskFull !== undefined) (change.diskFull ? fillDisk : freeDisk)(world.dataDir)
    if (change.clockMs !== undefined) writeFileSync(world.clockFile, String(change.clockMs))
  }

  async function lasting(ms: number, stopped: () => boolean): Promise<void> {
    for (let left = ms; left > 0 && !stopped(); left -= LOOK_MS) await sleep(Math.min(LOOK_MS, left))
  }

  async function blow(next: () => Front, stopped: () => boolean): Promise<void> {
    await lasting(FAIR_AT_FIRST_MS, stopped)
    while (!stopped()) {
      const { change, ms } = next()
      await become(change)
      await lasting(ms, stopped)
    }
  }

  /** Until it is told to stop; then all is fair. */
  async function storm(round: number, stopped: () => boolean): Promise<void> {
    const random = (of: string): Random => createRandom(seed, `${of} ${round}`)
    const [relay, dns, second, disk, clock] = ['relay', 'dns', 'second dns', 'disk', 'clock'].map(random) as [
      Random,
      Random,
      Random,
      Random,
      Random,
    ]
    const awayLong: Front = { change: { away: true }, ms: relay.between(4000, 7000) }
    let relayFronts = 0
    await Promise.all([
      blow(() => (++relayFronts === 3 && round % 2 === 1 ? awayLong : relayFront(relay)), stopped),
      blow(() => dnsFront(dns, 'dns'), stopped),
      blow(() => dnsFront(second, 'secondDns'), stopped),
      blow(() => diskFront(disk, weather), stopped),
      blow(() => clockFront(clock), stopped),
    ])
    await become(FAIR)
    world.front().cutAll()
  }

  return { weather: () => weather, become, storm, spells: () => spells }
}
