import type { LookupAddress } from 'node:dns'
import { expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../client/clock.ts'
import type { AddressBook } from '../../client/net/last-good.ts'
import { createNames, REFRESH_MS } from '../../client/net/names.ts'
import { type Ask, resolverSource, shared, systemSource } from '../../client/net/resolvers.ts'
import type { KeptAddresses } from '../../client/store/kept-addresses.ts'
import { type DnsFate, startStubDns } from './stub-dns.ts'

const HOST = 'relay.test'
const never: Ask = () => new Promise(() => {})
const failing: Ask = () => Promise.reject(Object.assign(new Error(), { code: 'EAI_AGAIN' }))
const says =
  (...addresses: string[]): Ask =>
  async () =>
    addresses

async function stubDns(fate: DnsFate) {
  const dns = await startStubDns(fate)
  onTestFinished(() => void dns.close())
  return dns
}

function bookOf(kept?: KeptAddresses) {
  const pages = new Map(kept ? [[HOST, kept]] : [])
  const book: AddressBook = { load: (host) => pages.get(host), save: (host, addresses) => void pages.set(host, addresses) }
  return { book, kept: () => pages.get(HOST)?.addresses }
}

function namesBy(system: Ask, resolvers: string[] = [], book?: AddressBook) {
  const time = { now: Date.parse('2026-01-01') }
  const clock = { ...systemClock, wall: () => time.now }
  const names = createNames([systemSource(system), ...resolvers.map(resolverSource)], clock, book)
  onTestFinished(names.close)
  const found = () =>
    new Promise<string[]>((resolve, reject) =>
      names.lookup(HOST, { all: true }, (error, addresses) =>
        error ? reject(error) : resolve((addresses as LookupAddress[]).map(({ address }) => address)),
      ),
    )
  return { ...names, found, time }
}

it("takes the system's answer, and asks no other resolver", async () => {
  const dns = await stubDns(['192.0.2.9'])
  const { found, state } = namesBy(says('192.0.2.1', '2001:db8::1'), [dns.address])
  expect(await found()).toEqual(['192.0.2.1', '2001:db8::1'])
  expect(dns.asked).toBe(0)
  expect(state()).toEqual([{ host: HOST, ageSeconds: 0, source: 'system', stale: false }])
})

it.each<[string, Ask]>([
  ['fails', failing],
  ['hangs', never],
])('asks every resolver of the settings when the system %s, and takes the first that answers', async (_, system) => {
  const all = await Promise.all([stubDns('failing'), stubDns('silent'), stubDns('absent'), stubDns(['127.0.0.3', '::1'])])
  const { found, state } = namesBy(
    system,
    all.map(({ address }) => address),
  )
  expect(await found()).toEqual(['127.0.0.3', '::1'])
  expect(state()).toMatchObject([{ source: 'resolver', stale: false }])
})

it('says who was asked when nobody knows the name', async () => {
  const [first, second] = [await stubDns('failing'), await stubDns('absent')]
  const { found, state } = namesBy(failing, [first.address, second.address])
  const error = await found().catch((error) => error)
  expect(error).toMatchObject({ code: 'ENOTFOUND' })
  for (const said of [
    "the system's resolver says EAI_AGAIN",
    `${first.address} says ESERVFAIL`,
    `${second.address} says ENOTFOUND`,
  ])
    expect(error.message).toContain(said)
  expect(state()).toEqual([])
})

it('a name that no resolver can tell of is not called absent', async () => {
  const dns = await stubDns('failing')
  const error = await namesBy(failing, [dns.address])
    .found()
    .catch((error) => error)
  expect(error).toMatchObject({ code: 'EAI_AGAIN' })
})

it.each<[string, Ask]>([
  ['fail', failing],
  ['hang', never],
])('uses the last good answer of before the restart when all resolvers %s, and says how old it is', async (_, system) => {
  const { book } = bookOf({ addresses: ['192.0.2.1'], at: Date.parse('2025-12-31') })
  const { found, state } = namesBy(system, [], book)
  expect(await found()).toEqual(['192.0.2.1'])
  expect(state()).toEqual([{ host: HOST, ageSeconds: 86_400, source: 'last good', stale: true }])
  expect(await found()).toEqual(['192.0.2.1'])
})

it('an answer is the last good one when it led to the host, and not before', async () => {
  const { book, kept } = bookOf({ addresses: ['192.0.2.1'], at: 0 })
  const { found, failed, passed } = namesBy(says('198.51.100.66', '192.0.2.2', '192.0.2.3'), [], book)
  await found()
  failed(HOST, '198.51.100.66')
  expect(kept()).toEqual(['192.0.2.1'])
  passed(HOST, '192.0.2.3')
  expect(kept()).toEqual(['192.0.2.2', '192.0.2.3'])
})

it('when an answer leads nowhere, the other resolvers are asked and the last good addresses tried; its own come last', async () => {
  const dns = await stubDns(['192.0.2.2'])
  const { book } = bookOf({ addresses: ['192.0.2.1'], at: 0 })
  const { found, failed } = namesBy(says('198.51.100.66'), [dns.address], book)
  expect(await found()).toEqual(['198.51.100.66', '192.0.2.1'])
  failed(HOST, '198.51.100.66')
  expect(await found()).toEqual(['192.0.2.2', '192.0.2.1'])
  failed(HOST, '192.0.2.2')
  expect((await found())[0]).toBe('192.0.2.1')
})

it('an answer that is confirmed is written again only when it has aged', async () => {
  const { book } = bookOf()
  const save = vi.spyOn(book, 'save')
  const { found, passed, time } = namesBy(says('192.0.2.1'), [], book)
  await found()
  passed(HOST, '192.0.2.1')
  passed(HOST, '192.0.2.1')
  expect(save).toHaveBeenCalledTimes(1)
  const later = namesBy(says('192.0.2.1'), [], book)
  later.time.now = time.now + 3_600_000
  await later.found()
  later.passed(HOST, '192.0.2.1')
  expect(save).toHaveBeenCalledTimes(2)
})

it('a disk that is full fails no connection', async () => {
  const full = () => {
    throw new Error('disk full')
  }
  const { found, passed } = namesBy(says('192.0.2.1'), [], { load: full, save: full })
  await found()
  expect(() => passed(HOST, '192.0.2.1')).not.toThrow()
})

it('asks the system once at a time, whoever wants the name', async () => {
  const ask = vi.fn(never)
  const one = shared(ask)
  const [first, second] = [namesBy(one), namesBy(one)]
  for (const { found } of [first, first, second]) void found()
  expect(ask).toHaveBeenCalledTimes(1)
})

it('is asked again in the background before it is old: who looks up does not wait', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  let ask = says('192.0.2.1')
  const { found, state, time } = namesBy((host) => ask(host))
  await found()
  ask = says('192.0.2.2')
  vi.advanceTimersByTime(REFRESH_MS)
  await vi.waitFor(async () => expect(await found()).toEqual(['192.0.2.2']), 10_000)
  ask = failing
  time.now += 60_000
  vi.advanceTimersByTime(REFRESH_MS)
  await vi.waitFor(() => expect(state()).toEqual([{ host: HOST, ageSeconds: 60, source: 'last good', stale: true }]), 10_000)
  expect(await found()).toEqual(['192.0.2.2'])
})
