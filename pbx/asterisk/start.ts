import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { systemClock } from '../../client/clock.ts'
import type { SettingsFile } from '../../client/settings.ts'
import { openPns } from '../pns.ts'
import { createApplication } from './application.ts'
import { type AriPlace, openAri } from './ari/rest.ts'
import { type Attachment, attach } from './attachment.ts'
import { createDevices } from './devices/devices.ts'
import { AriFault, faultOf } from './faults.ts'
import { createSigns, standBy } from './standby.ts'

/** Settings that have `[ari]`. */
export type AriSettings = SettingsFile & { ari: NonNullable<SettingsFile['ari']> }

/** `attached` is there when calls can be taken; it rejects with an `AriFault` that will not go away by itself. */
export type RunningAri = { attached: Promise<void>; close: () => Promise<void> }

const [SOONEST_MS, LATEST_MS] = [200, 5_000]
/** A program that is no Wakecall is not fought over the name. */
const TAKEN_MS = 30_000
/** Longer than the PNS takes for a push. */
const PNS_SPARE_MS = 1_000
const SAID_AGAIN_MS = 60_000
/** Asterisk may be away. */
const STOPS_WITHIN_MS = 2_000

/** The dial application: attaches to Asterisk, and again whenever it is lost, until it is closed. `pns`: where that listens. */
export function startAri(settings: AriSettings, log: Logger, pns: string): RunningAri {
  const rules = settings.ari
  const ari = openAri(rules)
  const local = openPns(pns, settings.localToken, settings.pushBudgetMs + PNS_SPARE_MS)
  const now = systemClock.monotonic
  const closing = new AbortController()
  const pause = (ms: number) => sleep(ms, undefined, { signal: closing.signal }).catch(() => {})
  const signs = createSigns(ari, pause)
  const devices = createDevices({ pns: local, stored: ari.storedContact, apps: settings.apps, now, log })
  const { ringSeconds } = settings
  const application = createApplication({ ari, pns: local, rules, now, log, ringSeconds, onContact: devices.onContact })
  const first = Promise.withResolvers<void>()
  first.promise.catch(() => {})
  let attachment: Attachment | undefined
  let silences = 0
  let said: { code: string; at: number } | undefined

  function report(fault: AriFault): void {
    if (fault.settled) first.reject(fault)
    if (said?.code === fault.code && now() - said.at < SAID_AGAIN_MS) return
    said = { code: fault.code, at: now() }
    log.error({ code: fault.code }, fault.message)
  }

  /** Until the connection ends; then the calls are whoever's who comes next. */
  async function serve(place: AriPlace): Promise<void> {
    const attached = await attach(place, ari, application, log)
    if (closing.signal.aborted) {
      await ari.unsubscribe().catch(() => {})
      return attached.close()
    }
    attachment = attached
    log.info({ application: ari.application }, 'attached to Asterisk')
    said = undefined
    first.resolve()
    signs.begin()
    const ended = await attachment.ended
    attachment = undefined
    if (closing.signal.aborted) return
    if (ended === 'lost') {
      log.warn('lost Asterisk')
      return
    }
    signs.end()
    application.forget()
    log.warn({ application: ari.application }, 'another program has taken the name: standing by')
    const vacancy = await standBy(place, closing.signal)
    log.warn({ vacancy }, 'no longer standing by')
    silences = vacancy === 'silent' ? silences + 1 : 0
    if (silences < 2) return
    const next = 'give this one a name of its own, ari.application, and call it in the dialplan'
    report(new AriFault('application_taken', `A program that is no Wakecall uses the name ${ari.application}: ${next}.`, true))
    await pause(TAKEN_MS)
  }

  async function run(place: AriPlace): Promise<void> {
    let wait = SOONEST_MS
    while (!closing.signal.aborted) {
      await serve(place).then(
        () => {
          wait = SOONEST_MS
        },
        (error) => report(faultOf(error, place)),
      )
      await pause(wait)
      wait = Math.min(LATEST_MS, wait * 2)
    }
  }

  async function leave(): Promise<void> {
    await Promise.all([application.stop(), devices.settled()])
    // The name is another's while this one stands by.
    if (attachment) await ari.unsubscribe().catch(() => {})
  }

  const running = run(rules)
  return {
    attached: first.promise,
    async close(): Promise<void> {
      closing.abort()
      // Who stands by adopts the calls; without one the dialplan rings them.
      if (await signs.leave()) application.forget()
      else await Promise.race([leave(), sleep(STOPS_WITHIN_MS, undefined, { ref: false })])
      attachment?.close()
      await Promise.race([running, sleep(STOPS_WITHIN_MS, undefined, { ref: false })])
      ari.close()
      local.close()
    },
  }
}
