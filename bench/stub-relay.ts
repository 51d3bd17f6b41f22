/** A relay that answers every request at once and the same: what is left of the time is the PNS's own. */
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listen } from '../local/listen.ts'

const TIME = '2026-01-01T00:00:00.000Z'
const delivery = (deviceId: string, platform: string) => ({
  deviceId,
  platform,
  outcome: 'accepted',
  messageId: '567910cd-659e-55d4-8ccb-5aaf14679dc0',
  at: TIME,
})

const ANSWERS: Record<string, [status: number, body: object]> = {
  GET: [200, { status: 'ok', version: 'stub', time: TIME }],
  PUT: [200, { extension: '1001', deviceId: 'd', platform: 'ios', app: 'phone', tokens: {}, version: 1, updatedAt: TIME }],
  POST: [
    202,
    {
      callId: 'stub',
      uuid: '38a73a95-3dd5-5df6-8ab6-2a1648288cf0',
      expiresAt: TIME,
      devices: 2,
      deliveries: [delivery('iphone', 'ios'), delivery('android', 'android')],
    },
  ],
}

const server = createServer(async (request, response) => {
  await buffer(request)
  const [status, body] = ANSWERS[request.method ?? ''] ?? [404, {}]
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})

process.send?.((await listen(server)).url)
