import type * as v from 'valibot'
import type { Answer } from './answer.ts'
import { checkParams } from './check-params.ts'
import type { Context } from './context.ts'
import { cancelCall, pushMessage, trace } from './handlers/calls.ts'
import { consoleFacts, events, page, signInPage, signOutPage, wakeTimes } from './handlers/console.ts'
import { list, register, remove, update } from './handlers/devices.ts'
import { runDoctor } from './handlers/doctor.ts'
import { dropParked, retryParked } from './handlers/parked.ts'
import { pushCall } from './handlers/push-call.ts'
import { recent } from './handlers/recent.ts'
import { health, metrics, reload, stop } from './handlers/service.ts'
import { startSync, syncStatus } from './handlers/sync.ts'
import { testPush } from './handlers/test-push.ts'
import { stepped, woke } from './handlers/woke.ts'
import { HealthParams } from './health.ts'
import type { Access } from './http/guard.ts'
import {
  CallParams,
  CallsParams,
  CancelCallParams,
  DeleteParams,
  DeviceParams,
  DevicesParams,
  FileParams,
  NoParams,
  PushCallParams,
  PushMessageParams,
  RegisterParams,
  SignInParams,
  SyncParams,
  UpdateParams,
  WakeTimesParams,
  WokeParams,
} from './params.ts'

type Method = 'GET' | 'POST'
/** `hungUp`: aborted when nobody waits for the answer any more. */
type Run = (context: Context, input: unknown, hungUp: AbortSignal) => Answer | Promise<Answer>
export type PnsRoute = { methods: readonly Method[]; path: string; access: Access; run: Run }

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
  access: 'change',
  run: checked(path, schema, handler),
})

const read = <S extends Schema>(path: string, schema: S, handler: Handler<S>, access: Access = 'read'): PnsRoute => ({
  methods: ['GET'],
  path,
  access,
  run: checked(path, schema, handler),
})

/** Only of the page: no dialplan asks so, and no link leads there. */
const pageOnly = <S extends Schema>(path: string, schema: S, handler: Handler<S>, access: Access): PnsRoute => ({
  methods: ['POST'],
  path,
  access,
  run: checked(path, schema, handler),
})

/** The PNS's local HTTP API. */
export const PNS_ROUTES: readonly PnsRoute[] = [
  change('/push_call', PushCallParams, pushCall),
  change('/cancel_call', CancelCallParams, cancelCall),
  change('/woke', WokeParams, woke),
  change('/invited', WokeParams, stepped('invited')),
  change('/answered', WokeParams, stepped('answered')),
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
  read('/calls', CallsParams, recent),
  read('/calls/{callId}', CallParams, trace),
  read('/', NoParams, page, 'page'),
  read('/console/{file}', FileParams, page, 'page'),
  read('/console', NoParams, consoleFacts),
  read('/events', NoParams, events),
  read('/wake_times', WakeTimesParams, wakeTimes),
  pageOnly('/sign_in', SignInParams, signInPage, 'page'),
  pageOnly('/sign_out', NoParams, signOutPage, 'page'),
  pageOnly('/doctor', NoParams, runDoctor, 'read'),
  pageOnly('/test_push', DeviceParams, testPush, 'change'),
  pageOnly('/retry_parked', NoParams, retryParked, 'change'),
  pageOnly('/drop_parked', DeviceParams, dropParked, 'change'),
]
