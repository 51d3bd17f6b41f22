/** CloudWatch Logs' `FilterLogEvents` on localhost, over AWS's JSON 1.1 protocol as the SDK speaks it. */
import { createServer, type Server } from 'node:http'
import { json } from 'node:stream/consumers'
import { readPattern } from './pattern.ts'
import type { LogStore } from './store.ts'

type Filter = { logGroupName: string; filterPattern: string; startTime: number; endTime: number; nextToken?: string }

const PAGE = 1000

export function createLogs(store: LogStore): Server {
  return createServer(async (request, response) => {
    const { status, body } = answer(request.headers['x-amz-target'], (await json(request)) as Filter)
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
  })

  function answer(target: unknown, filter: Filter): { status: number; body: object } {
    const events = store.read(filter.logGroupName)
    if (target !== 'Logs_20140328.FilterLogEvents') return { status: 400, body: { __type: 'UnknownOperationException' } }
    if (!events)
      return { status: 400, body: { __type: 'ResourceNotFoundException', message: 'The specified log group does not exist.' } }
    const matches = readPattern(filter.filterPattern)
    const found = events.filter(
      ({ timestamp, record }) => timestamp >= filter.startTime && timestamp < filter.endTime && matches(record),
    )
    const start = Number(filter.nextToken ?? 0)
    const more = found.length > start + PAGE ? { nextToken: String(start + PAGE) } : {}
    const page = found.slice(start, start + PAGE).map(({ timestamp, message }) => ({ timestamp, message }))
    return { status: 200, body: { events: page, ...more } }
  }
}
