import type * as v from 'valibot'
import type { Answer } from './answer.ts'
import { checkParams } from './check-params.ts'
import type { Context } from './context.ts'
import { cancelCall, pushMessage, trace } from './handlers/calls.ts'
import { list, register, remove, update } from './handlers/devices.ts'
import { pushCall } from './handlers/push-call.ts'
import { recent } from './handlers/recent.ts'
import { health, metrics, reload, stop } from './handlers/service.ts'
import { startSync, syncStatus } from './handlers/sync.ts'
import { woke } from './handlers/woke.ts'
import { HealthParams } from './health.ts'
import {
  CallParams,
  CancelCallParams,
  DeleteParams,
  DevicesParams,
  NoParams,
  PushCallParams,
  PushMessageParams,
  RegisterParams,
  SyncParams,
  UpdateParams,
  WokeParams,
} from './params.ts'

type Method = 'GET' | 'POST'
/** `hungUp`: aborted when nobody waits for the answer any more. */
type Run = (context: Context, input: unknown, hungUp: AbortSignal) => Answer | Promise<Answer>
export type PnsRoute = { methods: readonly Method[]; path: string; run: Run }

type Schema = v.GenericSchema<unknown, unknown>
type Handler<S extends Schema> = (context: Context, params: v.InferOutput<S>, hungUp: AbortSignal) => Answer | Promise<Answer>

const checked =
  <S extends Schema>(path: string, schema: S, handler: Handler<S>): Run =>
  (context, input, hungUp) =>
    context.watch.request(path, () => handler(context, checkParams(schema, input), hungUp))

/** GET too, because a dialplan's `CURL()` makes a line of it. */
const change = <S extends Schema>(path: string, schema: S, handler: Handler<S>): PnsRoute => ({
  methods: ['POST', 'GET'],
  path,
  run: checked(path, schema, handler),
})

const read = <S extends Schema>(path: string, schema: S, handler: Handler<S>): PnsRoute => ({
  methods: ['GET'],
  path,
  run: checked(path, schema, handler),
})

/** The PNS's local HTTP API. */
export const PNS_ROUTES: readonly PnsRoute[] = [
  change('/push_call', PushCallParams, pushCall),
  change('/cancel_call', CancelCallParams, cancelCall),
  change('/woke', WokeParams, woke),
  change('/push_message', PushMessageParams, pushMessage),
  change('/register', RegisterParams, register),
  change('/update', UpdateParams, update),
  change('/delete', DeleteParams, remove),
  change('/confreload', NoParams, reload),
  change('/stop', NoParams, stop),
  read('/health', HealthParams, health),
  read('/metrics', NoParams, metrics),
  change('/sync', SyncParams, startSync),
  read('/sync_status', NoParams, syncStatus),
  read('/devices', DevicesParams, list),
  read('/calls', NoParams, recent),
  read('/calls/{callId}', CallParams, trace),
]
