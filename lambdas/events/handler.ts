import { handleEndpointEvent } from '../../core/endpoint-event.ts'
import { registerPorts } from '../aws/ports.ts'
import { readEnv } from '../kit/env.ts'
import { createLog } from '../kit/log.ts'
import { fromQueue } from '../kit/queue.ts'
import { EventsEnv } from './env.ts'
import { EventMessage } from './event.ts'

const env = readEnv(EventsEnv, process.env)
const log = createLog('events')
const ports = registerPorts(env)

export const handler = fromQueue(
  EventMessage,
  async ({ platform, ...event }) => {
    const { action, reason, pruned } = await handleEndpointEvent(ports, event)
    return {
      fields: {
        action,
        type: event.type,
        endpoint: event.endpoint,
        devices: pruned.map(({ pbx, deviceId }) => ({ pbx, deviceId })),
      },
      measured: {
        kind: 'endpointEvent',
        dimensions: { platform, reason },
        values: { DevicesPruned: pruned.length },
      },
    }
  },
  log,
)
