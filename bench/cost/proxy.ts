import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Listening, listen } from '../../local/listen.ts'

/** What went through: requests, and the capacity units that DynamoDB says it took for them. */
export type Counted = { requests: number; reads: number; writes: number }

type Consumed = { ConsumedCapacity?: { CapacityUnits: number } }

/** Stands before a service of AWS, counts, and answers as late as the service does where it is not simulated. */
export async function countingProxy(url: string, delayMs: number): Promise<Listening & { counted: Counted }> {
  const counted: Counted = { requests: 0, reads: 0, writes: 0 }
  const server = createServer(async (request, response) => {
    const operation = /\.(\w+)$/.exec(String(request.headers['x-amz-target'] ?? ''))?.[1]
    const asked = await text(request)
    const body = operation ? JSON.stringify({ ...JSON.parse(asked), ReturnConsumedCapacity: 'TOTAL' }) : asked
    const { host, 'content-length': _, ...headers } = request.headers as Record<string, string>
    const [answer] = await Promise.all([fetch(url, { method: 'POST', headers, body }), sleep(delayMs)])
    const answered = await answer.text()
    counted.requests++
    if (operation) {
      const units = (JSON.parse(answered) as Consumed).ConsumedCapacity?.CapacityUnits ?? 0
      counted[/^(GetItem|Query)$/.test(operation) ? 'reads' : 'writes'] += units
    }
    const type = answer.headers.get('content-type') ?? 'application/json'
    response.writeHead(answer.status, { 'content-type': type }).end(answered)
  })
  return { ...(await listen(server)), counted }
}
