import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { readPattern } from '../../local/logs/pattern.ts'

type Found = { events: { message: string }[] }

const PASSED_ON = ['authorization', 'content-type', 'x-amz-target'] as const

function parse(message: string): unknown {
  try {
    return JSON.parse(message)
  } catch {
    return undefined
  }
}

/**
 * The emulator's CloudWatch Logs with filter patterns for JSON, as the functions see it. To MiniStack 1.5.33 every such
 * pattern fits every event, Lambda's own lines `START RequestId: …` among them.
 */
export const createJsonPatterns = (endpoint: string): Server =>
  createServer(async (request, response) => {
    const body = await text(request)
    const matches = readPattern(JSON.parse(body).filterPattern)
    const headers = Object.fromEntries(PASSED_ON.map((name) => [name, String(request.headers[name])]))
    const answer = await fetch(endpoint, { method: 'POST', headers, body })
    const found = (await answer.json()) as Found
    const events = answer.ok && found.events.filter(({ message }) => matches(parse(message)))
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify({ ...found, ...(events && { events }) }))
  })
