import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll } from 'vitest'
import { virtualClock } from '../../local/clock.ts'
import { type Listening, listen } from '../../local/listen.ts'
import { createSns, type Sns } from '../../local/sns/sns.ts'
import { LOCAL_CREDENTIALS } from './dynamodb.ts'

const HOME = { region: LOCAL_CREDENTIALS.AWS_REGION, account: '123456789012' }

/** For it a single second lasts for ever: `publishes` is all that it takes. */
export const simulatedSns = (publishes: number): Sns =>
  createSns({
    ...HOME,
    clock: virtualClock(Date.parse('2026-03-02T09:00:00.000Z')),
    publishPerSecond: publishes,
    deliver: async () => ({ status: 200, body: '' }),
    onDeliveryStatus: () => {},
    onEndpointEvent: () => {},
  })

/** An SNS that takes requests and never answers; `requests` counts them. */
export function silentSns() {
  let requests = 0
  const server = createServer(() => {
    requests++
  })
  return { server, requests: () => requests }
}

/** The adapters of lambdas/aws/push.ts with a server as their SNS, for the tests of one file. */
export function useSns(server: Server) {
  let listening: Listening | undefined
  let adapters: (typeof import('../../lambdas/aws/push.ts') & typeof import('../../lambdas/aws/clients.ts')) | undefined
  const close = async () => {
    await listening?.close()
    listening = undefined
  }
  beforeAll(async () => {
    listening = await listen(server)
    // The adapters make their clients when they are imported, from the environment.
    Object.assign(process.env, LOCAL_CREDENTIALS, { AWS_ENDPOINT_URL_SNS: listening.url })
    adapters = { ...(await import('../../lambdas/aws/push.ts')), ...(await import('../../lambdas/aws/clients.ts')) }
  })
  afterAll(close)
  return {
    close,
    aws: () => {
      if (!adapters) throw new Error('SNS is there while tests run only')
      return adapters
    },
  }
}
