import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { buffer, text } from 'node:stream/consumers'

/** What goes out: a header that is `undefined` is left out, one that is a list is sent once for each value. */
export type Outgoing = {
  url: string
  method: string
  path: string
  headers: Record<string, string | string[] | undefined>
  body: Uint8Array
}
export type Answer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked at member by member
  json: any
}

const agent = new Agent({ keepAlive: true, maxSockets: 120 })

/** Sends exactly this; nothing is normalized, which `fetch` would do with Host, path and doubled headers. */
export function send({ url, method, path, headers, body }: Outgoing): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const length = body.length > 0 ? { 'content-length': String(body.length) } : {}
  const present = Object.fromEntries(Object.entries({ ...length, ...headers }).filter(([, value]) => value !== undefined))
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, hostname, port, method, path, headers: present as Record<string, string | string[]> })
    outgoing.on('error', reject)
    outgoing.on('response', async (response) => {
      const answered = (await buffer(response)).toString()
      const json = /json/.test(response.headers['content-type'] ?? '') && answered ? JSON.parse(answered) : undefined
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answered, json })
    })
    outgoing.end(body)
  })
}

/** Writes bytes to a socket and gives all that comes back until the server closes. */
export async function sendBytes(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.end(bytes, 'latin1')
  return text(socket)
}
