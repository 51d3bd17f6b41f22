import { systemClock as clock } from '../../core/clock.ts'
import { trace } from '../../core/trace.ts'
import { recordWakes } from '../../core/wakes.ts'
import { createClaims } from '../aws/claims.ts'
import { createHistoryReader } from '../aws/history.ts'
import { createPbxStore } from '../aws/pbxs.ts'
import { readEnv } from '../kit/env.ts'
import { signedHttp } from '../kit/http.ts'
import { createLog } from '../kit/log.ts'
import { createPbxCache } from '../kit/pbx-cache.ts'
import { HistoryEnv } from './env.ts'
import { recordTo } from './record.ts'

const env = readEnv(HistoryEnv, process.env)
const log = createLog('history')
const pbxs = createPbxCache(createPbxStore(env.TABLE_NAME), clock)
const history = createHistoryReader(env)
const ports = { clock, history, claims: createClaims(env.TABLE_NAME), record: recordTo(log), report: log.error }

export const handler = signedHttp(
  {
    trace: async ({ pbx, params }) => ({ answer: await trace(ports, pbx.id, params.callId) }),
    wakes: async ({ pbx, body }) => ({ answer: { recorded: recordWakes(ports, pbx.id, body.wakes) } }),
  },
  { log, pbxs, clock },
)
