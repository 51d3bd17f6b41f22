import { expect, test } from 'vitest'
import { createOnEvent } from '../../lambdas/applications/on-event.ts'
import { createLog } from '../../lambdas/kit/log.ts'
import { APPLE_KEY, properties, useApplications } from '../contract/applications.ts'
import { appleKey } from '../contract/applications-credentials.ts'
import { useQuiet } from '../contract/applications-leaks.ts'
import { START, virtualClock } from '../core/clock.ts'

const { ports, refusals, requests, store } = useApplications()
useQuiet()

/** The custom resource with the real adapters, and time that passes only while it waits. */
async function create(more: object) {
  const clock = virtualClock()
  const onEvent = createOnEvent({ ...ports(), clock }, createLog('applications'))
  const ResourceProperties = { ...properties('APNS', 'phone', store('phone', { text: appleKey() })), ...APPLE_KEY, ...more }
  const outcome = await onEvent({ RequestType: 'Create', ResourceProperties }).catch((error: Error) => error.message)
  const tries = requests.filter(({ action }) => action === 'CreatePlatformApplication').length
  return { outcome, tries, waited: clock.now() - START }
}

const FeedbackRoleArn = (refusals: number) => `arn:aws:iam::123456789012:role/not-yet-${refusals}`

test('waits until SNS knows the feedback role', async () => {
  const { outcome, tries, waited } = await create({ FeedbackRoleArn: FeedbackRoleArn(3) })
  expect(outcome).toEqual({ PhysicalResourceId: expect.stringContaining(':app/APNS/phone') })
  expect([tries, waited]).toEqual([4, 7000])
})

test('but not for ever', async () => {
  const { outcome, waited } = await create({ Name: 'never', FeedbackRoleArn: FeedbackRoleArn(99) })
  expect(outcome).toContain(`the role ${FeedbackRoleArn(99)} must exist and trust sns.amazonaws.com. SNS says (InvalidParameter)`)
  expect(waited).toBeLessThanOrEqual(60_000)
})

test('waits while SNS throttles, or cannot answer', async () => {
  refusals.push({ code: 'Throttling', status: 400, message: 'Rate exceeded' })
  refusals.push({ code: 'InternalFailure', status: 500, message: '' })
  const { outcome, tries } = await create({ Name: 'throttled' })
  expect(outcome).toHaveProperty('PhysicalResourceId')
  expect(tries).toBe(3)
})

test('but not when SNS refuses', async () => {
  const message = 'User: x is not authorized to perform: SNS:CreatePlatformApplication on resource: y'
  refusals.push({ code: 'AuthorizationError', status: 403, message })
  const { outcome, tries, waited } = await create({ Name: 'forbidden' })
  expect(outcome).toContain(message)
  expect([tries, waited]).toEqual([1, 0])
})
