import type { PhoneStep } from '../client/call-record.ts'
import { socketPathOf } from '../client/listen.ts'
import type { CancelReason } from '../wire/calls.ts'
import { openHttp } from './http.ts'

/** What the PNS answered in the place of what was asked; `code` as in client/problem.ts, or Node's if it did not answer. */
export class PnsFailed extends Error {
  readonly code: string

  constructor(code: string, detail: string) {
    super(detail)
    this.name = 'PnsFailed'
    this.code = code
  }
}

/** `awake`: tokens of phones that have the call already, which are not pushed to. */
export type PushCall = {
  to: string
  from: string
  name?: string | undefined
  callId: string
  ringSeconds: number
  awake?: readonly string[]
}

export type PnsDevice = {
  extension: string
  platform: 'ios' | 'android'
  token: string
  alertToken?: string | undefined
  app?: string | undefined
  deviceId?: string | undefined
}

/** The local API of the PNS (docs/pns.md), for what plugs a PBX into it. Each rejects with `PnsFailed`. */
export type Pns = {
  /** Gives the ids of the devices that were pushed to. */
  pushCall: (call: PushCall) => Promise<string[]>
  cancelCall: (callId: string, reason: CancelReason) => Promise<void>
  /** What a phone did for a call: it registered, was sent the INVITE, answered. */
  tell: (
    step: PhoneStep,
    call: { callId: string; extension: string },
    device: { token: string } | { deviceId: string },
  ) => Promise<void>
  /** The ids of an extension's devices. */
  devices: (extension: string) => Promise<string[]>
  /** Gives its id. With the id of a device that is there already it takes that one's place. */
  register: (device: PnsDevice) => Promise<string>
  remove: (device: { extension: string; deviceId: string }) => Promise<void>
  close: () => void
}

/** A push is answered when Apple and Google have it: a burst of calls must not wait for each other's. */
const CONNECTIONS = 512

/** `place`: `http://address:port` or `unix:/path`. `withinMs`: longer than its own budget of a push. */
export function openPns(place: string, localToken: string | undefined, withinMs: number): Pns {
  const socketPath = socketPathOf(place)
  const authorization = localToken === undefined ? undefined : `Bearer ${localToken}`
  const http = openHttp(
    { url: socketPath === undefined ? place : 'http://localhost', socketPath, authorization },
    withinMs,
    CONNECTIONS,
  )

  async function ask(method: string, path: string, params?: unknown): Promise<Record<string, unknown>> {
    const { status, body } = await http.ask(method, path, params).catch((error: NodeJS.ErrnoException) => {
      throw new PnsFailed(error.code ?? error.name, `The PNS at ${place} does not answer (${error.code}).`)
    })
    const answer = (body ?? {}) as Record<string, unknown>
    if (status === 200) return answer
    throw new PnsFailed(String(answer.code ?? status), String(answer.detail ?? `The PNS answered ${status}.`))
  }

  return {
    async pushCall(call) {
      const { deliveries } = await ask('POST', '/push_call', call)
      const pushed = (deliveries as { deviceId: string; outcome: string }[]).filter(({ outcome }) => outcome === 'accepted')
      return pushed.map(({ deviceId }) => deviceId)
    },
    cancelCall: async (callId, reason) => void (await ask('POST', '/cancel_call', { callId, reason })),
    tell: async (step, { callId, extension }, device) => void (await ask('POST', `/${step}`, { callId, extension, ...device })),
    devices: async (extension) => {
      const { devices } = await ask('GET', `/devices?${new URLSearchParams({ extension })}`)
      return (devices as { deviceId: string }[]).map(({ deviceId }) => deviceId)
    },
    register: async (device) => String((await ask('POST', '/register', device)).deviceId),
    remove: async (device) => void (await ask('POST', '/delete', device)),
    close: http.close,
  }
}
