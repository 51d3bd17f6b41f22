import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { createFirewall } from '../../../pbx/kamailio/firewall.ts'
import type { RunNft } from '../../../pbx/kamailio/nft.ts'

function firewallWith(run: RunNft) {
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => void lines.push(line) })
  return { lines, firewall: createFirewall({ run, now: () => 0, log }) }
}

const phoneAt = (source: string, phone: string, expires = 300) => ({ extension: '1001', phone, source, expires })

/** A run that ends when it is told to. */
function slowRun() {
  const batches: string[] = []
  const ends: (() => void)[] = []
  const run: RunNft = (batch) => {
    batches.push(batch)
    return new Promise((resolve) => ends.push(resolve))
  }
  return { batches, run, end: () => ends.shift()?.() }
}

test('one process at a time: what changes meanwhile is the next batch', async () => {
  const { batches, run, end } = slowRun()
  const { firewall } = firewallWith(run)
  firewall.registered(phoneAt('192.0.2.1', 'a'))
  firewall.registered(phoneAt('192.0.2.2', 'b'))
  firewall.registered(phoneAt('2001:db8::1', 'c'))
  expect(batches).toHaveLength(1)
  end()
  await vi.waitFor(() => expect(batches).toHaveLength(2))
  expect(batches[0]).toContain('add element inet wakecall phones4 { 192.0.2.1 timeout 300s }')
  expect(batches[1]).toContain('add element inet wakecall phones4 { 192.0.2.2 timeout 300s }')
  expect(batches[1]).toContain('add element inet wakecall phones6 { 2001:db8::1 timeout 300s }')
})

test('an address of two phones stays while one of them is there, for as long as that', async () => {
  const { batches, run, end } = slowRun()
  const { firewall } = firewallWith(run)
  firewall.registered(phoneAt('192.0.2.1', 'a', 600))
  firewall.registered(phoneAt('192.0.2.1', 'b', 300))
  firewall.unregistered({ extension: '1001', phone: 'a' })
  end()
  await vi.waitFor(() => expect(batches[1]).toContain('{ 192.0.2.1 timeout 300s }'))
  firewall.unregistered({ extension: '1001', phone: 'b' })
  end()
  await vi.waitFor(() => expect(batches[2]).toMatch(/delete element inet wakecall phones4 \{ 192\.0\.2\.1 \}\n$/))
})

test.each(['', 'phone.example.com', '192.0.2.1 }; flush ruleset'])('%j is no address: nft never sees it', (source) => {
  const { batches, run } = slowRun()
  firewallWith(run).firewall.registered(phoneAt(source, 'a'))
  expect(batches).toEqual([])
})

test.each([
  [Object.assign(new Error('spawn nft ENOENT'), { code: 'ENOENT' }), 'install nftables'],
  [new Error('Operation not permitted'), 'CAP_NET_ADMIN'],
])('%s: the log says what to do, and it is tried again', async (error, step) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const run = vi.fn<RunNft>().mockRejectedValueOnce(error).mockResolvedValue()
    const { firewall, lines } = firewallWith(run)
    firewall.registered(phoneAt('192.0.2.1', 'a'))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(lines.join('')).toContain(step)
    expect(run.mock.calls[1]?.[0]).toContain('{ 192.0.2.1 timeout 300s }')
    expect(lines.at(-1)).toContain('takes the addresses of phones again')
  } finally {
    vi.useRealTimers()
  }
})
