import { pino } from 'pino'
import { expect, onTestFinished, vi } from 'vitest'
import { type AriSettings, startAri } from '../../pbx/asterisk/start.ts'
import { callUuid } from '../../wire/uuid.ts'
import { runBoth, settingsFor } from '../client/harness.ts'
import { type StubAri, startStubAri } from './stub-ari.ts'

export type Line = { level: number; msg: string; code?: string } & Record<string, unknown>

const NEVER = '2100-01-01T00:00:00.000Z'

/** Looks often: what is waited for takes milliseconds. */
export const until = <T>(condition: () => T | Promise<T>): Promise<T> => vi.waitFor(condition, { timeout: 3_000, interval: 5 })

/** What is on its way has arrived, and what is asked because of it too: the application runs in this process. */
export async function arrived(stub: StubAri): Promise<void> {
  for (let trips = 0; trips < 3; trips++) await fetch(stub.place.url)
}

/** Only what waits in this process: what is asked of others takes as long as it does. */
export function virtualTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
}

/** Where a phone is registered. */
export const at = (port: number) => `sip:1001@192.0.2.1:${port};transport=tcp`

/** The application beside an Asterisk, with the PNS at `pns`. */
export function runAri(stub: StubAri, pns: string, ari: Record<string, unknown> = {}) {
  const lines: Line[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const settings = settingsFor('http://127.0.0.1:1', { ari: { ...stub.place, ...ari } }) as AriSettings
  const running = startAri(settings, log, pns)
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= running.close()
    return closed
  }
  onTestFinished(() => {
    stub.fate = () => undefined
    return close()
  })
  const said = (msg: string) => lines.filter((line) => line.msg === msg)
  const attachments = () => said('attached to Asterisk').length
  return {
    attached: running.attached,
    close,
    lines,
    said,
    attachments,
    /** The connection is cut, and made again. */
    async lose(meanwhile: () => void = () => {}): Promise<void> {
      const before = attachments()
      stub.cut()
      await until(() => expect(stub.open()).toBe(0))
      meanwhile()
      await until(() => expect(attachments()).toBe(before + 1))
    },
  }
}

/** An Asterisk, a real PNS, and a relay that has one phone an extension. */
export async function openWorld() {
  const stub = await startStubAri()
  for (const endpoint of ['1001', '1002', '1003']) stub.contacts.set(endpoint, [])
  const { relay, pns } = await runBoth()
  return {
    stub,
    relay,
    run: (ari?: Record<string, unknown>) => runAri(stub, pns.url, ari),
    /** The relay has no phone of anybody. */
    withoutPhones() {
      relay.fate = (received) => {
        if (received.path !== '/v1/calls') return relay.well(received)
        const { callId } = received.body
        return {
          status: 202,
          body: { callId, uuid: callUuid('hq', String(callId)), expiresAt: NEVER, devices: 0, deliveries: [] },
        }
      }
    },
    pushes: () => relay.to('POST', '/v1/calls').map(({ body }) => body),
    cancels: () => relay.to('DELETE', '/v1/calls/').map(({ path, query }) => `${path.split('/').at(-1)}?${query}`),
    /** The n-th leg that lives, when it does. */
    leg: (n = 1) =>
      until(() => {
        const leg = stub.legs()[n - 1]
        expect(leg, `leg ${n}`).toBeDefined()
        return leg as NonNullable<typeof leg>
      }),
    /** What the dialplan finds on the caller's channel when it has it back. */
    handedBack: (caller: string) =>
      until(() => {
        expect(stub.continued(caller)).toBe(1)
        return stub.channels.get(caller)?.variables ?? {}
      }),
    hungUp: (leg: string, reason: string) =>
      until(() => expect(stub.to('DELETE', new RegExp(`/${leg}$`)).map(({ query }) => query)).toEqual([{ reason }])),
  }
}

/** With the application, attached. */
export async function runAll(ari?: Record<string, unknown>) {
  const world = await openWorld()
  const app = world.run(ari)
  await app.attached
  return { ...world, app }
}

/** A phone rings. */
export async function ringing(args = ['1001']) {
  const world = await runAll()
  world.stub.contacts.set('1001', [at(5060)])
  const caller = world.stub.call(args, { linkedid: 'l' })
  const leg = await world.leg()
  await until(() => expect(world.app.said('pushed')).toHaveLength(1))
  return { ...world, caller, leg }
}
