import { systemClock as clock } from '../../core/clock.ts'
import { list, showDevice } from '../../core/list.ts'
import { register, remove } from '../../core/register.ts'
import { createPbxStore } from '../aws/pbxs.ts'
import { registerPorts } from '../aws/ports.ts'
import { readEnv } from '../kit/env.ts'
import { signedHttp } from '../kit/http.ts'
import { createLog } from '../kit/log.ts'
import { createPbxCache } from '../kit/pbx-cache.ts'
import { DevicesEnv } from './env.ts'

const env = readEnv(DevicesEnv, process.env)
const log = createLog('devices')
const pbxs = createPbxCache(createPbxStore(env.TABLE_NAME), clock)
const ports = registerPorts(env)

export const handler = signedHttp(
  {
    register: async ({ pbx, params, body }) => {
      const { device, quotaUsed } = await register(ports, pbx, { pbx: pbx.id, ...params }, body)
      return { answer: showDevice(device), metrics: { DeviceQuotaUsed: quotaUsed } }
    },
    remove: async ({ pbx, params, query }) => {
      await remove(ports, { pbx: pbx.id, ...params }, query.version)
      return { answer: undefined }
    },
    list: async ({ pbx, params: { extension } }) => ({
      answer: { extension, devices: await list(ports.devices, pbx.id, extension) },
    }),
  },
  { log, pbxs, clock },
)
