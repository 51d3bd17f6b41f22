import { type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { refuse, StageProblem } from './problem.ts'

/** They speak of one connection, and here are two. */
const HOP_BY_HOP = ['connection', 'keep-alive']

/** Headers as they came, name and value in turn, without some. */
const without = (names: readonly string[], rawHeaders: readonly string[]): string[] =>
  rawHeaders.filter((_, i) => !names.includes(rawHeaders[i - (i % 2)]?.toLowerCase() ?? ''))

/** Passes a request to a server's Unix socket, and its answer back, as they come; each side hears when the other one goes. */
export function pass(request: IncomingMessage, response: ServerResponse, socketPath: string): void {
  const { method, url: path, rawHeaders } = request
  const onward = requestOf({ socketPath, method, path, headers: without(HOP_BY_HOP, rawHeaders) })
  onward.on('response', (answer) => {
    // Who asked by HTTP/1.0 gets no chunks: node:http frames the body anew.
    const headers = without([...HOP_BY_HOP, 'transfer-encoding'], answer.rawHeaders)
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers)
    response.flushHeaders()
    pipeline(answer, response, () => {})
  })
  onward.on('error', (cause) => {
    if (response.headersSent || response.destroyed) response.destroy()
    else
      refuse(
        response,
        new StageProblem('pns_away', 'The PNS behind this page does not answer: end npm start, and start it again.', { cause }),
      )
  })
  response.once('close', () => onward.destroy())
  request.pipe(onward)
}
