import { systemClock as clock } from '../../core/clock.ts'
import { message } from '../../core/message.ts'
import { createPbxStore } from '../aws/pbxs.ts'
import { pushPorts } from '../aws/ports.ts'
import { readEnv } from '../kit/env.ts'
import { signedHttp } from '../kit/http.ts'
import { createLog } from '../kit/log.ts'
import { createPbxCache } from '../kit/pbx-cache.ts'
import { pushed } from '../kit/pushed.ts'
import { MessagesEnv } from './env.ts'

const env = readEnv(MessagesEnv, process.env)
const log = createLog('messages')
const pbxs = createPbxCache(createPbxStore(env.TABLE_NAME), clock)
const ports = pushPorts(env, log.error)

export const handler = signedHttp(
  { message: async ({ pbx, body }) => pushed(await message(ports, pbx, body), { messageId: body.messageId }) },
  { log, pbxs, clock },
)
