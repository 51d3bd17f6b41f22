import * as v from 'valibot'
import { expect, test } from 'vitest'
import { callPush, cancelPush, messagePush } from '../../wire/payload.ts'
import { callUuid } from '../../wire/uuid.ts'
import { WakePayload } from '../../wire/wake.ts'
import { BUNDLE, QUIET_PLATFORMS, readPush, VOIP_PLATFORMS } from './read-push.ts'

const COMMON = {
  v: 1,
  pbx: 'pbx-1',
  to: '1001',
  sentAt: '2026-03-01T12:00:00.000Z',
  expiresAt: '2026-03-01T12:00:30.000Z',
} as const
const from = { number: '1002', name: 'Zoë'.repeat(20) }
const CALL = { ...COMMON, event: 'call', callId: 'a84b@host', uuid: callUuid('pbx-1', 'a84b@host'), from } as const
const CANCEL = { ...COMMON, event: 'cancel', callId: CALL.callId, uuid: CALL.uuid, reason: 'declined' } as const
const MESSAGE = { ...COMMON, event: 'message', messageId: 'm1', from, custom: { a: 1 } } as const
const large = { custom: { a: 'x'.repeat(900) } }

const pushes = [...VOIP_PLATFORMS, ...QUIET_PLATFORMS].flatMap((platform) => {
  const route = { platform, bundle: BUNDLE }
  const message = { text: 'long '.repeat(400), android: 'data' } as const
  return [
    callPush(route, { ...CALL, ...large }),
    cancelPush(route, CANCEL),
    messagePush(route, { ...MESSAGE, ...large }, message),
  ]
})

test.each(pushes)('what goes out over $platform is what an app is told to read', (push) => {
  const { wake } = readPush(push)
  expect(v.safeParse(WakePayload, wake).issues).toBeUndefined()
})

const without = <T extends object>(object: T, name: keyof T) =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))

test.each([
  ['a call without its uuid', without(CALL, 'uuid')],
  ['a cancel without its reason', without(CANCEL, 'reason')],
  ['a message that names a call only', { ...without(MESSAGE, 'messageId'), callId: 'c' }],
  ['another version', { ...CALL, v: 2 }],
  ['another event', { ...CALL, event: 'wake' }],
  ['no time to expire', without(CALL, 'expiresAt')],
])('%s is none', (_, wake) => {
  expect(v.is(WakePayload, wake)).toBe(false)
})
