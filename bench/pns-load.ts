import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import autocannon from 'autocannon'

const HEADERS = { 'content-type': 'application/json' }
export const CALL = JSON.stringify({ to: '1001', from: '+442079460000', name: 'Ada Lovelace' })

/** As many requests as 16 connections can make, for so many seconds or in all. */
export async function saturate(url: string, until: { duration: number } | { amount: number }): Promise<number> {
  const result = await autocannon({ url, method: 'POST', headers: HEADERS, body: CALL, connections: 16, ...until })
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} of the requests to ${url} failed`)
  return result['2xx']
}

export async function post(url: string, body: string, agent: Agent): Promise<void> {
  const [response] = await once(request(url, { method: 'POST', headers: HEADERS, agent }).end(body), 'response')
  await once(response.resume(), 'end')
  if (response.statusCode >= 300) throw new Error(`${url} answered ${response.statusCode}`)
}

/** Milliseconds of each of evenly spaced requests, from the moment when it was due: a late one delays no other. */
export async function steady(url: string, count: number, perSecond: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true })
  const begin = performance.now()
  const latencies = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const due = begin + (i * 1000) / perSecond
      // A timer takes whole milliseconds, and would fire before a fraction more.
      await sleep(Math.max(0, Math.ceil(due - performance.now())))
      await post(url, CALL, agent)
      return performance.now() - due
    }),
  )
  agent.destroy()
  return latencies
}

/** Posts each body once, over `connections` connections that are never idle. Gives how many a second. */
export async function postAll(url: string, bodies: readonly string[], connections: number): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const queue = bodies.values()
  const begin = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (const body of queue) await post(url, body, agent)
    }),
  )
  agent.destroy()
  return (bodies.length * 1000) / (performance.now() - begin)
}
