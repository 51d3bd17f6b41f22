/** Fifty calls at once, each to a phone that sleeps. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

const EXTENSIONS = Array.from({ length: 50 }, (_, i) => String(2001 + i))

let world: World
beforeAll(async () => {
  world = await openWorld({ endpoints: EXTENSIONS })
  await world.serve()
})
afterAll(() => world?.close())

test('each wakes its phone, and each is answered once', async () => {
  await Promise.all(EXTENSIONS.map((extension) => world.device(extension, `phone-${extension}`)))
  const phones = world.sipp.phone('answers')
  const answered = world.sipp.call(EXTENSIONS)
  await Promise.all(
    EXTENSIONS.map(async (extension) => {
      await world.woken(`phone-${extension}`)
      await world.sipp.register(extension, phones.address)
    }),
  )
  expect(await answered).toBe(0)
  const called = phones.received('INVITE').map((message) => /^INVITE sip:(\d+)@/.exec(message)?.[1])
  expect(called.sort()).toEqual(EXTENSIONS)
  await world.idle()
})
