/** CloudWatch Logs' `FilterLogEvents` on localhost, over AWS's JSON 1.1 protocol as the SDK speaks it. */
import { createServer, type Server } from 'node:http'
import { json } from 'node:stream/consumers'
import { readLinePattern } from './pattern.ts'
import type { LogStore } from './store.ts'

type Filter = { logGroupName: string; filterPattern: string; startTime: number; endTime: number; nextToken?: string }
type Answer = { status: number; body: object }

/** How many messages a page looks at, so that one may be empty and not the last, as CloudWatch's are. */
const PAGE = 10_000

const refuse = (__type: string, message: string): Answer => ({ status: 400, body: { __type, message } })

export function createLogs(store: LogStore): Server {
  return createServer(async (request, response) => {
    const { status, body } = answer(request.headers['x-amz-target'], (await json(request)) as Filter)
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
  })

  function answer(target: unknown, { logGroupName, filterPattern, startTime, endTime, nextToken }: Filter): Answer {
    if (target !== 'Logs_20140328.FilterLogEvents') return refuse('UnknownOperationException', 'Not simulated.')
    const all = store.read(logGroupName)
    if (!all) return refuse('ResourceNotFoundException', 'The specified log group does not exist.')
    let matches: (line: string) => boolean
    try {
      matches = readLinePattern(filterPattern)
    } catch (error) {
      return refuse('InvalidParameterException', (error as Error).message)
    }
    const { start, end } = store.span(logGroupName, startTime, endTime)
    const from = nextToken === undefined ? start : Number(nextToken)
    const to = Math.min(end, from + PAGE)
    const events = all.slice(from, to).filter(({ message }) => matches(message))
    return { status: 200, body: { events, ...(to < end && { nextToken: String(to) }) } }
  }
}
