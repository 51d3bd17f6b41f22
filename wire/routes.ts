import type * as v from 'valibot'
import { CancelAnswer, CancelQuery, RingAnswer, RingRequest } from './calls.ts'
import { DeviceAnswer, DeviceRequest, DevicesAnswer, RemoveQuery } from './devices.ts'
import { CallId, DeviceId, Extension, KeyId } from './fields.ts'
import { HealthAnswer } from './health.ts'
import { EnrolAnswer, EnrolRequest, KeyAnswer, KeyRequest, KeysAnswer } from './keys.ts'
import { MessageAnswer, MessageRequest } from './messages.ts'
import { escapeId, unescapeId } from './path.ts'
import type { ProblemCode } from './problem.ts'
import { TraceAnswer } from './trace.ts'
import { WakesAnswer, WakesRequest } from './wakes.ts'

/** The Lambda functions that routes lead to: a folder each under `lambdas/`. */
export const FUNCTIONS = ['calls', 'messages', 'devices', 'history', 'keys'] as const
export type FunctionName = (typeof FUNCTIONS)[number]

type Schema = v.GenericSchema<unknown, unknown>

export type Route = {
  summary: string
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  path: `/v1/${string}`
  function: FunctionName
  signed: boolean
  params: Record<string, Schema>
  query?: Schema
  body?: Schema
  status: 200 | 202 | 204
  answer?: Schema
  problems: ProblemCode[]
}

/** The relay's HTTP API: the stack, the local server, the client and docs/openapi.yaml are all made from this table. */
export const ROUTES = {
  ring: {
    summary: 'Ring: push a call to every device of an extension',
    method: 'POST',
    path: '/v1/calls',
    function: 'calls',
    signed: true,
    params: {},
    body: RingRequest,
    status: 202,
    answer: RingAnswer,
    problems: ['id_conflict', 'push_rate_exceeded'],
  },
  cancel: {
    summary: 'Cancel a call on the devices that may still ring',
    method: 'DELETE',
    path: '/v1/calls/{callId}',
    function: 'calls',
    signed: true,
    params: { callId: CallId },
    query: CancelQuery,
    status: 202,
    answer: CancelAnswer,
    problems: [],
  },
  trace: {
    summary: 'The trace of a call: every device, every step, every time',
    method: 'GET',
    path: '/v1/calls/{callId}',
    function: 'history',
    signed: true,
    params: { callId: CallId },
    status: 200,
    answer: TraceAnswer,
    problems: ['call_not_found'],
  },
  wakes: {
    summary: 'Report which devices registered for which call',
    method: 'POST',
    path: '/v1/wakes',
    function: 'history',
    signed: true,
    params: {},
    body: WakesRequest,
    status: 202,
    answer: WakesAnswer,
    problems: [],
  },
  message: {
    summary: 'Push a message to every device of an extension',
    method: 'POST',
    path: '/v1/messages',
    function: 'messages',
    signed: true,
    params: {},
    body: MessageRequest,
    status: 202,
    answer: MessageAnswer,
    problems: ['id_conflict', 'push_rate_exceeded'],
  },
  register: {
    summary: 'Register a device, or update its tokens',
    method: 'PUT',
    path: '/v1/extensions/{extension}/devices/{deviceId}',
    function: 'devices',
    signed: true,
    params: { extension: Extension, deviceId: DeviceId },
    body: DeviceRequest,
    status: 200,
    answer: DeviceAnswer,
    problems: ['stale_version', 'unknown_app', 'token_refused', 'device_quota_exceeded'],
  },
  remove: {
    summary: 'Remove a device; removing it again answers the same',
    method: 'DELETE',
    path: '/v1/extensions/{extension}/devices/{deviceId}',
    function: 'devices',
    signed: true,
    params: { extension: Extension, deviceId: DeviceId },
    query: RemoveQuery,
    status: 204,
    problems: ['stale_version'],
  },
  list: {
    summary: 'List the devices of an extension, tokens redacted',
    method: 'GET',
    path: '/v1/extensions/{extension}/devices',
    function: 'devices',
    signed: true,
    params: { extension: Extension },
    status: 200,
    answer: DevicesAnswer,
    problems: [],
  },
  enrol: {
    summary: 'Trade a one-time code for an identity: send the public key of a PBX',
    method: 'POST',
    path: '/v1/enrolments',
    function: 'keys',
    signed: false,
    params: {},
    body: EnrolRequest,
    status: 200,
    answer: EnrolAnswer,
    problems: ['enrolment_refused'],
  },
  keys: {
    summary: 'List the keys of the PBX that signs',
    method: 'GET',
    path: '/v1/keys',
    function: 'keys',
    signed: true,
    params: {},
    status: 200,
    answer: KeysAnswer,
    problems: [],
  },
  addKey: {
    summary: 'Add a signing key; adding it again answers the same',
    method: 'POST',
    path: '/v1/keys',
    function: 'keys',
    signed: true,
    params: {},
    body: KeyRequest,
    status: 200,
    answer: KeyAnswer,
    problems: ['too_many_keys'],
  },
  removeKey: {
    summary: 'Remove a signing key other than the one that signs; removing it again answers the same',
    method: 'DELETE',
    path: '/v1/keys/{keyId}',
    function: 'keys',
    signed: true,
    params: { keyId: KeyId },
    status: 204,
    problems: ['key_in_use'],
  },
  health: {
    summary: 'Version and time; keeps connection and function warm',
    method: 'GET',
    path: '/v1/health',
    function: 'calls',
    signed: false,
    params: {},
    status: 200,
    answer: HealthAnswer,
    problems: [],
  },
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof ROUTES
export type Routes = typeof ROUTES

/** How API Gateway names a route: `POST /v1/calls`. */
export const routeKey = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`

/** The path of a route with its identifiers filled in and escaped. */
export function pathOf(name: RouteName, params: Record<string, string> = {}): string {
  return ROUTES[name].path.replace(/\{(\w+)\}/g, (_, param: string) => escapeId(params[param] ?? ''))
}

/** The identifiers that API Gateway found in a path, unescaped; `undefined` for one that is not well escaped. */
export function idsOf(pathParameters: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(pathParameters).map(([name, segment]) => [name, segment && unescapeId(segment)]))
}

/** The methods that a path has in the table, whatever its identifiers: empty for a path that is no route. */
export function methodsOf(path: string): string[] {
  const matches = ({ path: template }: Route) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)
  return Object.values(ROUTES)
    .filter(matches)
    .map(({ method }) => method)
}
