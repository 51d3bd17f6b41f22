import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** `unreachable`: nobody took the request; `cut`: somebody may have. */
export type Reply = { status: number; body: ReturnType<typeof JSON.parse> } | 'unreachable' | 'cut'

const agent = new Agent({ keepAlive: true, maxSockets: 256 })

/** Long after the PNS must have answered, whatever happens. */
const PATIENCE_MS = 60_000

/** Asks the PNS. `silent` is told of a request that a living PNS does not answer. */
export function asker(port: number, silent: (path: string) => void) {
  async function exchange(path: string, body: object | undefined): Promise<Reply> {
    const bytes = body ? Buffer.from(JSON.stringify(body)) : undefined
    const headers = bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {}
    const sent = request({
      host: '127.0.0.1',
      port,
      path,
      method: bytes ? 'POST' : 'GET',
      headers,
      agent,
      timeout: PATIENCE_MS,
    }).end(bytes)
    sent.on('timeout', () => {
      silent(path)
      sent.destroy()
    })
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return { status: response.statusCode ?? 0, body: JSON.parse(await text(response)) }
  }
  return async (path: string, body?: object): Promise<Reply> => {
    try {
      return await exchange(path, body)
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'unreachable' : 'cut'
    }
  }
}

export type Ask = ReturnType<typeof asker>
