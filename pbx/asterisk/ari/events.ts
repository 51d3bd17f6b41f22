import * as v from 'valibot'
import { check } from '../../../wire/parse.ts'

const Text = v.string()
const Channel = v.object({
  id: Text,
  name: Text,
  state: Text,
  caller: v.object({ name: Text, number: Text }),
  dialplan: v.object({ app_name: v.optional(Text), app_data: v.optional(Text) }),
})

const EVENTS = {
  StasisStart: v.object({ args: v.array(Text), channel: Channel, replace_channel: v.optional(Channel) }),
  StasisEnd: v.object({ channel: Channel }),
  ChannelStateChange: v.object({ channel: Channel }),
  ChannelHangupRequest: v.object({ channel: Channel, cause: v.optional(v.number()) }),
  ChannelDestroyed: v.object({ channel: Channel, cause: v.number() }),
  ContactStatusChange: v.object({
    endpoint: v.object({ resource: Text }),
    contact_info: v.object({ uri: Text, contact_status: Text, aor: Text }),
  }),
  ApplicationReplaced: v.object({}),
}

type Events = { [T in keyof typeof EVENTS]: { type: T } & v.InferOutput<(typeof EVENTS)[T]> }

/** The events of ARI that the application works with, and what of them; Asterisk's `/ari/api-docs/events.json` has all. */
export type AriEvent = Events[keyof Events]

export const EVENT_TYPES = Object.keys(EVENTS) as readonly AriEvent['type'][]

export const EVENT_SCHEMAS = EVENTS

/** `undefined` for an event of a type that nobody here waits for; a fault for what is none. More fields are no matter. */
export function readEvent(text: string): AriEvent | { fault: string } | undefined {
  const parsed = parse(text)
  const type = (parsed as { type?: unknown } | undefined)?.type
  if (typeof type !== 'string') return { fault: 'is no event of ARI' }
  if (!Object.hasOwn(EVENTS, type)) return undefined
  const checked = check<v.GenericSchema<unknown, unknown>>(EVENTS[type as AriEvent['type']], parsed)
  if ('errors' in checked) return { fault: `${type}: ${checked.errors.map(({ pointer, message }) => `${pointer} ${message}`)}` }
  return { type, ...(checked.output as object) } as AriEvent
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
