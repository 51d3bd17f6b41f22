import type { MessageAnswer, MessageRequest } from '../wire/messages.ts'
import { messagePush } from '../wire/payload.ts'
import { isoTime } from './clock.ts'
import { quietChannel } from './device.ts'
import type { Pbx } from './pbx.ts'
import { type PushPorts, pushOnce, taken } from './push.ts'

/** How long a message may wait for a phone that is off. */
const MESSAGE_TTL_MS = 24 * 3600 * 1000

/** Pushes a message to every device of an extension, once a messageId. */
export async function message(
  ports: PushPorts,
  pbx: Pbx,
  request: MessageRequest,
): Promise<{ answer: MessageAnswer; headers: Record<string, string>; quotaUsed: number | undefined }> {
  const { messageId, to, from, custom } = request
  const receivedAt = ports.clock.now()
  const { deliveries, repeated, headers, quotaUsed } = await pushOnce(ports, pbx, {
    key: { pbx: pbx.id, id: messageId, slot: 'message' },
    fields: { to, receivedAt, deadline: receivedAt + MESSAGE_TTL_MS },
    channelOf: quietChannel,
    build: (deadline) => (route, sentAt) => {
      const times = { sentAt: isoTime(sentAt), expiresAt: isoTime(deadline) }
      return messagePush(route, { v: 1, event: 'message', messageId, pbx: pbx.id, to, from, ...times, custom }, request)
    },
  })
  const answer = { messageId, devices: taken(deliveries), deliveries }
  return { answer: repeated ? { ...answer, repeated } : answer, headers, quotaUsed }
}
