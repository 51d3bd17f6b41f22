import { expect, test } from 'vitest'
import { android, iphone } from '../relay/devices.ts'
import { openRelay } from '../relay/harness.ts'
import { CALLER } from '../relay/pbx.ts'
import { context, signedEvent } from './event.ts'

const { a, cloud } = await openRelay()
// The handler reads its settings and the SDK its endpoints when they are imported: the cloud has to be there first.
Object.assign(process.env, cloud.env)
const { handler } = await import('../../lambdas/calls/handler.ts')
const { dynamodb, sns } = await import('../../lambdas/aws/clients.ts')

await a.register('1001', 'iphone', iphone('alice-iphone'))
await a.register('1001', 'android', android('alice-android'))

const seen: string[] = []

type Next = (args: object) => Promise<unknown>
type Input = { UpdateExpression?: string }

/** Notes when a command of the SDK starts and ends; a write of the call's item by what it writes. */
const watch =
  (next: Next, { commandName = '' }: { commandName?: string }) =>
  async (args: object) => {
    const { UpdateExpression } = (args as { input: Input }).input
    const [, slot] = /SET ring(Lease|Result)/.exec(UpdateExpression ?? '') ?? []
    const name = slot ? `Update${slot}` : commandName.replace('Command', '')
    seen.push(`start ${name}`)
    try {
      return await next(args)
    } finally {
      seen.push(`end ${name}`)
    }
  }
for (const { middlewareStack } of [dynamodb, sns]) {
  middlewareStack.add(watch as never, { step: 'initialize', name: 'watch', priority: 'high' })
}

async function ring(callId: string, more: object = {}) {
  const event = signedEvent('ring', { callId, to: '1001', from: CALLER, ...more }, a.signer)
  const { statusCode, body = '' } = await handler(event, context)
  return { statusCode, answer: JSON.parse(body) }
}

const started = () => seen.filter((event) => event.startsWith('start ')).map((event) => event.slice('start '.length))

test('a warm call to two phones is two rounds of AWS calls and the result, and nothing else', async () => {
  await ring('warms-up')
  seen.length = 0
  expect((await ring('warm')).answer.devices).toBe(2)
  expect(seen.slice(0, 4).sort()).toEqual(['end Query', 'end UpdateLease', 'start Query', 'start UpdateLease'])
  expect(seen.slice(0, 2).sort()).toEqual(['start Query', 'start UpdateLease'])
  expect(seen.slice(4, 8)).toEqual(['start Publish', 'start Publish', 'end Publish', 'end Publish'])
  expect(seen.slice(8)).toEqual(['start UpdateResult', 'end UpdateResult'])
})

test('a repeat publishes nothing and writes no result', async () => {
  await ring('repeated')
  seen.length = 0
  expect((await ring('repeated')).answer).toMatchObject({ devices: 2, repeated: true })
  expect(started().sort()).toEqual(['GetItem', 'Query', 'UpdateLease'])
})

test('a request that is refused reaches neither table nor SNS', async () => {
  seen.length = 0
  expect((await ring('refused', { ringSeconds: 0 })).statusCode).toBe(400)
  expect(started()).toEqual([])
})

test.each([1000, 4000, 7000])('%i levels of nesting in custom are too much, and no failure of the relay', async (levels) => {
  const custom = `{"x":${'['.repeat(levels)}${']'.repeat(levels)}}`
  const body = `{"callId":"nested","to":"1001","from":{"number":"1"},"custom":${custom}}`
  const { statusCode, body: answer = '' } = await handler(signedEvent('ring', body, a.signer), context)
  expect({ statusCode, code: JSON.parse(answer).code }).toEqual({ statusCode: 400, code: 'invalid_request' })
})
