import type * as v from 'valibot'
import type { Answer } from '../answer.ts'
import type { Context } from '../context.ts'
import { type Health, type HealthParams, healthOf } from '../health.ts'
import { PnsProblem } from '../problem.ts'
import { SettingsError } from '../settings.ts'

/** Asked with `probe=ready`, a PNS that cannot take calls answers 503, for a load balancer. */
export function health(context: Context, { probe }: v.InferOutput<typeof HealthParams>): Answer {
  const body = readHealth(context)
  const status = probe === 'ready' && !body.ready ? 503 : 200
  return { devices: body.devices, body, bare: body.status, status }
}

export async function metrics(context: Context): Promise<Answer> {
  const { registry, state } = context.metrics
  state.show(readHealth(context))
  return { text: await registry.metrics(), contentType: registry.contentType }
}

export function reload({ reload, store }: Context): Answer {
  try {
    return { devices: store.counts().devices, body: { reloaded: true, ...reload() } }
  } catch (error) {
    if (error instanceof SettingsError) {
      const errors = error.errors.map((message) => ({ pointer: '', message }))
      throw new PnsProblem('settings_refused', error.message, { errors })
    }
    throw error
  }
}

export function stop({ stop, store }: Context): Answer {
  stop()
  return { devices: store.counts().devices, body: { stopping: true } }
}

/** The health of this moment. */
function readHealth({ clock, store, relay, keyIds, names, watch }: Context): Health {
  return healthOf({
    now: clock.wall(),
    uptimeMs: process.uptime() * 1000,
    counts: store.counts(),
    refusals: store.refusals(),
    contact: relay().contact(),
    keyIds: keyIds(),
    names: names(),
    storageProblem: watch.storageProblem(),
    lastPush: watch.lastPush(),
  })
}
