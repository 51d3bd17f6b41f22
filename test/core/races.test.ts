import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Device, DeviceKey } from '../../core/device.ts'
import { attach, detach, type EndpointPorts, pruneDevice } from '../../core/endpoint.ts'
import { type RegisterPorts, register, remove } from '../../core/register.ts'
import { exploreAll, runInOrder, type Scenario, type Turns } from './explore.ts'
import { createMemory, type Stores } from './memory.ts'
import { createSns } from './sns.ts'
import { APPS, android, keyOf, PBX } from './world.ts'

const APPLICATION = APPS.phone?.fcm ?? ''
const ARNS = ['fresh', 'same'] as const
const [mine, theirs, third] = [keyOf('mine'), keyOf('theirs', '1002'), keyOf('third', '1003')] as const

/** A world that is made at once, and its ports, every call of which waits for its turn. */
function stage(arns: (typeof ARNS)[number], { clock, inTurns }: Turns) {
  const stores: Stores = createMemory()
  const sns = createSns(clock, arns)
  const base = { ...stores, endpoints: sns.endpoints, clock, apps: APPS }
  const raced: RegisterPorts = {
    ...base,
    devices: inTurns(stores.devices),
    links: inTurns(stores.links),
    endpoints: inTurns(sns.endpoints),
  }
  return { base, raced, stores, sns }
}

type Stage = ReturnType<typeof stage>

const serve = (ports: EndpointPorts, key: DeviceKey, version = 1): Promise<string> =>
  attach(ports, key, version, APPLICATION, 'fcm-shared')

/** Every live device's endpoint exists, is enabled and is linked. */
async function checkDevices({ stores, sns }: Stage, keys: DeviceKey[]): Promise<void> {
  const devices = await Promise.all(keys.map((key) => stores.devices.get(key)))
  const live = devices.filter((device): device is Device => device !== undefined && !('removed' in device))
  for (const { endpoints } of live) {
    const arn = endpoints.fcm ?? ''
    expect(sns.isEnabled(arn), 'the endpoint of a live device exists and is enabled').toBe(true)
    expect((await stores.links.of(arn, 0)).devices, 'the endpoint of a live device is linked').toBeGreaterThan(0)
  }
}

/** What fails is repeated by the PNS; what is promised is only what was answered. */
const mayFail = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined)

/** One device attaches to the endpoint that another leaves; what was attached goes to `check`. */
const attachAgainstDetach =
  (arns: (typeof ARNS)[number], leaving: DeviceKey[], check: (world: Stage, attached: PromiseSettledResult<string>) => void) =>
  (turns: Turns) => {
    const world = stage(arns, turns)
    // Only what races takes turns: the devices that go were attached before.
    const before = Promise.all(leaving.map((key) => serve(world.base, key)))
    const going = leaving.map((key) => before.then(([arn = '']) => detach(world.raced, key, 1, arn)))
    const coming = Promise.allSettled([before.then(() => serve(world.raced, mine))])
    return { actors: [...going, coming], check: async () => check(world, (await coming)[0]) }
  }

describe.each(ARNS)('when a token that comes back gets %s ARN', (arns) => {
  const attachedIsEnabled = (world: Stage, attached: PromiseSettledResult<string>) => {
    if (attached.status === 'fulfilled') expect(world.sns.isEnabled(attached.value)).toBe(true)
  }

  test('attach against detach: who attached has an endpoint, in every order', async () => {
    expect(await exploreAll(attachAgainstDetach(arns, [theirs], attachedIsEnabled))).toBeGreaterThan(50)
  })

  test('attach against detach: attaching succeeds, in every order', async () => {
    const succeeds = (_: Stage, attached: PromiseSettledResult<string>) => expect(attached).toMatchObject({ status: 'fulfilled' })
    await exploreAll(attachAgainstDetach(arns, [theirs], succeeds))
  })

  test('attach against two detaches: who attached has an endpoint, in any order', async () => {
    await inAnyOrder(attachAgainstDetach(arns, [theirs, third], attachedIsEnabled), 3000)
  })

  test('register against prune: a live device has its endpoint, in every order', async () => {
    const scenario: Scenario = (turns) => {
      const world = stage(arns, turns)
      const before = register(world.base, PBX, mine, android('a', 1))
      const pruning = before.then(({ device }) => pruneDevice(world.raced, device))
      const registering = before.then(() => mayFail(register(world.raced, PBX, mine, android('a', 2))))
      return { actors: [pruning, registering], check: () => checkDevices(world, [mine]) }
    }
    expect(await exploreAll(scenario)).toBeGreaterThan(1000)
  })

  test('register, prune and remove on a token of three devices: a live device has its endpoint, in any order', async () => {
    const scenario: Scenario = (turns) => {
      const world = stage(arns, turns)
      const [pruned, removed] = [theirs, third].map((key) => register(world.base, PBX, key, android('a', 1)))
      const before = Promise.all([pruned, removed])
      const actors = [
        before.then(([first]) => pruneDevice(world.raced, first?.device as Device)),
        before.then(() => remove(world.raced, third, 2)),
        before.then(() => mayFail(register(world.raced, PBX, mine, android('a', 1)))),
      ]
      return { actors, check: () => checkDevices(world, [mine, theirs, third]) }
    }
    await inAnyOrder(scenario, 3000)
  })

  test('versions of one device that overtake each other: the newest has its endpoint, in any order', async () => {
    const scenario: Scenario = (turns) => {
      const world = stage(arns, turns)
      const tokens = ['a', 'b', 'a']
      const actors = tokens.map((token, i) => mayFail(register(world.raced, PBX, mine, android(token, i + 1))))
      return { actors, check: () => checkDevices(world, [mine]) }
    }
    await inAnyOrder(scenario, 3000)
  })

  test('one registration sent twice at the same moment is answered alike, in every order', async () => {
    const scenario: Scenario = (turns) => {
      const world = stage(arns, turns)
      const twice = [1, 2].map(() => register(world.raced, PBX, mine, android('a', 1)))
      const check = async () => {
        const [one, two] = await Promise.all(twice)
        expect(one?.device).toEqual(two?.device)
        await checkDevices(world, [mine])
      }
      return { actors: twice, check }
    }
    await inAnyOrder(scenario, 1000)
  })
})

/** Orders drawn at random where there are too many for all of them; a failing one is shrunk and printed. */
const inAnyOrder = (scenario: Scenario, numRuns: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 11 }), { minLength: 40, maxLength: 40 }), async (choices) => {
      await runInOrder(scenario, choices)
    }),
    { numRuns, seed: 20260302 },
  )
