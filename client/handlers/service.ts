import type { Answer, Context } from '../context.ts'
import { PnsProblem } from '../problem.ts'
import { SettingsError } from '../settings.ts'
import { VERSION } from '../version.ts'

export function health({ store, relay, keyIds }: Context): Answer {
  const { devices, waiting, parked } = store.counts()
  const { at, problem } = relay().contact()
  const contact = { keyIds: keyIds(), ...(at && { lastAnswerAt: at }), ...(problem && { problem }) }
  return {
    devices,
    body: { status: problem ? 'degraded' : 'ok', version: VERSION, devices, outbox: { waiting, parked }, relay: contact },
  }
}

export async function metrics({ metrics: { registry } }: Context): Promise<Answer> {
  return { text: await registry.metrics(), contentType: registry.contentType }
}

export function reload({ reload, store }: Context): Answer {
  try {
    return { devices: store.counts().devices, body: { reloaded: true, ...reload() } }
  } catch (error) {
    if (error instanceof SettingsError) throw new PnsProblem('settings_refused', error.message)
    throw error
  }
}

export function stop({ stop, store }: Context): Answer {
  stop()
  return { devices: store.counts().devices, body: { stopping: true } }
}
