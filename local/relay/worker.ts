/**
 * The relay's functions in a thread of their own: the handlers that AWS runs, their environment, and standard output that
 * goes to a log. Its process variables are the functions' settings (lambdas/<function>/env.ts).
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { SQSEvent } from 'aws-lambda'
import type { Pbx } from '../../core/pbx.ts'
import { createPbxStore } from '../../lambdas/aws/pbxs.ts'
import { handler as calls } from '../../lambdas/calls/handler.ts'
import { handler as devices } from '../../lambdas/devices/handler.ts'
import { handler as events } from '../../lambdas/events/handler.ts'
import { handler as history } from '../../lambdas/history/handler.ts'
import { handler as keys } from '../../lambdas/keys/handler.ts'
import { handler as messages } from '../../lambdas/messages/handler.ts'
import { listen } from '../listen.ts'
import { createGateway } from './gateway.ts'

export type RelayWorkerData = { port: number; pbxs: Pbx[] }

const { port, pbxs, door } = workerData as RelayWorkerData & { door: MessagePort }

const store = createPbxStore(process.env.TABLE_NAME ?? '')
await Promise.all(pbxs.map((pbx) => store.create(pbx)))

// The queue hands over a batch at a time and waits for its answer.
parentPort?.on('message', async (batch: SQSEvent) => parentPort?.postMessage(await events(batch)))

const { url, setAway } = await listen(createGateway({ calls, devices, history, keys, messages }), port)
// A way of its own: it waits for no batch.
door.on('message', (away: boolean) => {
  setAway(away)
  door.postMessage(away)
})
parentPort?.postMessage(url)
