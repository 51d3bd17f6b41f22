import { systemClock as clock } from '../../core/clock.ts'
import { enrol } from '../../core/enrol.ts'
import { addKey, listKeys, removeKey } from '../../core/keys.ts'
import { createPbxStore } from '../aws/pbxs.ts'
import { readEnv } from '../kit/env.ts'
import { signedHttp } from '../kit/http.ts'
import { createLog } from '../kit/log.ts'
import { createPbxCache } from '../kit/pbx-cache.ts'
import { KeysEnv } from './env.ts'

const env = readEnv(KeysEnv, process.env)
const log = createLog('keys')
const pbxs = createPbxStore(env.TABLE_NAME)
const ports = { pbxs, clock }

export const handler = signedHttp(
  {
    enrol: async ({ body }) => {
      const answer = await enrol(ports, body)
      return { answer, fields: answer }
    },
    keys: async ({ pbx, keyId }) => ({ answer: await listKeys(ports, { pbx: pbx.id, keyId }) }),
    addKey: async ({ pbx, keyId, body }) => {
      const answer = await addKey(ports, { pbx: pbx.id, keyId }, body.publicKey)
      return { answer, fields: { keyId: answer.keyId } }
    },
    removeKey: async ({ pbx, keyId, params }) => {
      await removeKey(ports, { pbx: pbx.id, keyId }, params.keyId)
      return { answer: undefined, fields: { keyId: params.keyId } }
    },
  },
  { log, pbxs: createPbxCache(pbxs, clock), clock },
)
