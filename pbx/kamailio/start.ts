import { setTimeout as after } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { systemClock } from '../../client/clock.ts'
import { parseListen } from '../../client/listen.ts'
import type { SettingsFile } from '../../client/settings.ts'
import { openPns } from '../pns.ts'
import { readCounters } from './counters.ts'
import { createGatewayDevices } from './devices.ts'
import { createFirewall } from './firewall.ts'
import { createHolder } from './holder.ts'
import { createGatewayMetrics } from './metrics.ts'
import { runNft } from './nft.ts'
import type { Notice } from './notice.ts'
import { openSip } from './sip/endpoint.ts'
import { headerOf } from './sip/message.ts'

/** Settings that have `[gateway]`. */
export type GatewaySettings = SettingsFile & { gateway: NonNullable<SettingsFile['gateway']> }

export type RunningGateway = { close: () => Promise<void> }

/** Kamailio takes a holder that is silent for 3 s for gone (pbx/kamailio/conf/holder.cfg). */
const HEARTBEAT_MS = 1_000
/** How long a call waits for registrations that are on their way to the PNS. */
const HURRY_MS = 300
/** Longer than the PNS takes for a push. */
const PNS_SPARE_MS = 1_000

/** The holder beside Kamailio, until it is closed. `pns`: where that listens. Rejects if `listen` is taken. */
export async function startGateway(
  settings: GatewaySettings,
  log: Logger,
  pns: string,
  registry: Registry,
): Promise<RunningGateway> {
  const rules = settings.gateway
  const now = systemClock.monotonic
  const local = openPns(pns, settings.localToken, settings.pushBudgetMs + PNS_SPARE_MS)
  const devices = createGatewayDevices({ pns: local, apps: settings.apps, now, log })
  const metrics = createGatewayMetrics(registry, () => holder.held())
  const firewall = rules.firewall ? createFirewall({ run: runNft, now, log }) : undefined
  const host = rules.sip

  function onNotice(notice: Notice): void {
    if (notice.event !== 'registered' && notice.event !== 'unregistered') return
    const { extension, uri: contact, phone } = notice.contact
    devices[notice.event]({ extension, contact, phone })
    if (notice.event === 'unregistered') firewall?.unregistered(notice.contact)
    else firewall?.registered({ extension, phone, source: notice.source, expires: notice.expires })
  }

  const holder = createHolder({
    pns: local,
    registered: (extension) => Promise.race([devices.settled(extension), after(HURRY_MS, undefined, { ref: false })]),
    log,
    now,
    rules,
    callerHears: rules.callerHears,
    pingMs: rules.pingMs,
    holdMs: rules.holdSeconds * 1000,
    onNotice,
    onWake: metrics.wake,
    async ringAll(extension) {
      await sip.request('OPTIONS', `sip:${extension}@${host}`, [], HEARTBEAT_MS).catch(lost)
    },
    shortRing({ extension, callId }, { ruid }, answered) {
      const headers = [
        ['X-Wakecall-Ruid', ruid],
        ['X-Wakecall-Call-Id', callId],
      ] as const
      sip
        .invite(`sip:${extension}@${host}`, headers)
        .cancel(answered ? 'SIP;cause=200;text="Call completed elsewhere"' : 'SIP;cause=487;text="Call is over"')
    },
  })

  const sip = await openSip({
    listen: placeOf(rules.listen),
    peer: placeOf(rules.sip),
    handlers: holder.handlers,
    log,
  })

  let there: boolean | undefined
  function lost(): void {
    if (there !== false) log.warn({ sip: rules.sip }, 'Kamailio does not answer: is it running, and is HOLDER_SIDE this address?')
    there = false
  }

  async function beat(): Promise<void> {
    const { headers } = await sip.request('OPTIONS', `sip:holder@${host}`, [], HEARTBEAT_MS)
    if (there !== true) log.info({ sip: rules.sip }, 'Kamailio hears the holder')
    there = true
    metrics.counters(readCounters(headerOf({ headers }, 'X-Wakecall-Counters') ?? ''))
  }

  const beating = setInterval(() => void beat().catch(lost), HEARTBEAT_MS)
  void beat().catch(lost)

  return {
    async close(): Promise<void> {
      clearInterval(beating)
      holder.close()
      firewall?.close()
      await devices.settled()
      await sip.close()
      local.close()
    },
  }
}

/** The settings have checked it. */
const placeOf = (address: string) => parseListen(address) as { host: string; port: number }
