import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createBacklog } from '../../pbx/backlog.ts'
import { VOIP } from '../client/keys.ts'
import { at, iphone, OLD, openAsterisk, SECONDS } from './push-phones.ts'

test('of what waits, the newest of a contact is done, in its place', async () => {
  const done: string[] = []
  const { put, has, settled } = createBacklog()
  const note = (what: string) => async () => void done.push(what)
  for (const what of ['a', 'b', 'c']) put(what, note(what))
  expect([has('a'), has('b')]).toEqual([false, true])
  put('b', note('b again'))
  put('a', note('a again'))
  await settled()
  put('b', note('b later'))
  await settled()
  expect(done).toEqual(['a', 'c', 'b again', 'a again', 'b later'])
})

test('lanes wait for themselves alone, and no more of them work at a time than may', async () => {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const { put, settled } = createBacklog(2)
  const begin = (what: string) => () => {
    begun.push(what)
    return new Promise<void>((resolve) => ends.set(what, resolve))
  }
  for (const lane of ['1001', '1002', '1003']) for (const nth of ['a', 'b']) put(lane + nth, begin(lane + nth), lane)
  expect(begun).toEqual(['1001a', '1002a'])
  let told = false
  const first = settled('1001').then(() => {
    told = true
  })
  ends.get('1001a')?.()
  await vi.waitFor(() => expect(begun).toEqual(['1001a', '1002a', '1001b']))
  expect(told).toBe(false)
  ends.get('1001b')?.()
  await first
  expect(begun).toEqual(['1001a', '1002a', '1001b', '1003a'])
  await settled('1009')
})

const phone = fc.constantFrom(VOIP, OLD)
const event = fc.record({ token: phone, port: fc.constantFrom(5060, 5061), registers: fc.boolean() })

test('however long Asterisk and the PNS take: one question at a time, and in the end who is registered has a device', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(event, { maxLength: 12 }), async (scheduler, events) => {
      const tokens = new Map<string, string>()
      let asking = 0
      const one = async (work: () => void) => {
        asking += 1
        expect(asking).toBe(1)
        await scheduler.schedule(Promise.resolve())
        asking -= 1
        work()
      }
      const pns = {
        async register({ token }: { token: string }) {
          await one(() => tokens.set(token, `device of ${token}`))
          return `device of ${token}`
        },
        remove: ({ deviceId }: { deviceId: string }) => one(() => void tokens.delete(deviceId.replace('device of ', ''))),
      }
      const asterisk = openAsterisk(pns, () => one(() => {}))
      for (const { token, port, registers } of events) {
        asterisk.pass(2 * SECONDS)
        if (registers) asterisk.register(at(port, iphone(token)))
        else asterisk.drop(at(port, iphone(token)))
        if (scheduler.count() > 0) await scheduler.waitOne()
      }
      await scheduler.waitIdle()
      await asterisk.settled()
      const living = [...asterisk.contacts.keys()].map((contact) => (contact.includes(VOIP) ? VOIP : OLD))
      expect(new Set(tokens.keys())).toEqual(new Set(living))
    }),
  )
})
