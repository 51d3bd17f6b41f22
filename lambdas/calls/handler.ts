import { cancel } from '../../core/cancel.ts'
import { systemClock as clock, isoTime } from '../../core/clock.ts'
import { ring } from '../../core/ring.ts'
import manifest from '../../package.json' with { type: 'json' }
import { createPbxStore } from '../aws/pbxs.ts'
import { pushPorts } from '../aws/ports.ts'
import { callerOf } from '../kit/caller.ts'
import { readEnv } from '../kit/env.ts'
import { signedHttp } from '../kit/http.ts'
import { createLog } from '../kit/log.ts'
import { createPbxCache } from '../kit/pbx-cache.ts'
import { pushed } from '../kit/pushed.ts'
import { CallsEnv } from './env.ts'

const env = readEnv(CallsEnv, process.env)
const log = createLog('calls')
const pbxs = createPbxCache(createPbxStore(env.TABLE_NAME), clock)
const ports = { ...pushPorts(env, log.error), callerOf: callerOf(env.CALLER_KEY) }

export const handler = signedHttp(
  {
    ring: async ({ pbx, body }) => pushed(await ring(ports, pbx, body), { callId: body.callId }),
    cancel: async ({ pbx, params: { callId }, query }) =>
      pushed({ answer: await cancel(ports, pbx, callId, query.reason) }, { callId, reason: query.reason }),
    health: async () => ({ answer: { status: 'ok', version: manifest.version, time: isoTime(clock.now()) } }),
  },
  { log, pbxs, clock },
)
