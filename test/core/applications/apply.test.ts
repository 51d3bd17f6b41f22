import { expect, test } from 'vitest'
import type { Application, Attributes } from '../../../core/applications/application.ts'
import { applyApplication, removeApplication } from '../../../core/applications/apply.ts'
import { ServiceError } from '../../../core/applications/service-error.ts'
import { appleKey } from '../../contract/applications-credentials.ts'
import { START, virtualClock } from '../clock.ts'

const ARN = 'arn:aws:sns:eu-west-1:123456789012:app/APNS_VOIP/phone'
const APPLICATION: Application = {
  arn: ARN,
  name: 'phone',
  platform: 'APNS_VOIP',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:apns',
  label: 'phone/1',
  credential: { kind: 'apns-key', teamId: 'TEAM000000', keyId: 'KEY0000000', bundleId: 'com.example.phone.voip' },
  feedbackRoleArn: 'arn:aws:iam::123456789012:role/feedback',
  successSampleRate: '100',
  eventTopicArn: 'arn:aws:sns:eu-west-1:123456789012:endpoint-events',
}

type Call = 'read' | 'create' | 'attributes' | 'set' | 'remove' | 'labels' | 'move'
type Refuse = (call: Call, count: number) => ServiceError | undefined

const sns = (name: string, message = '', status: number | undefined = 400) => new ServiceError('SNS', { name, message, status })
const role = sns(
  'InvalidParameterException',
  'FailureFeedbackRoleArn: x is not a valid role to allow SNS to write to Cloudwatch Logs',
)
const exists = sns(
  'InvalidParameterException',
  'Invalid parameter: Name Reason: An application with the same name but different properties already exists',
)

/** An SNS with at most one application, and a Secrets Manager; `refuse` decides what fails, by call and how often it came. */
function createWorld(refuse: Refuse = () => undefined, stored?: Attributes) {
  const clock = virtualClock()
  const calls: Call[] = []
  const state = { attributes: stored }
  async function called(call: Call) {
    calls.push(call)
    const error = refuse(call, calls.filter((one) => one === call).length)
    if (error) throw error
  }
  const applications = {
    create: async (_name: string, _platform: string, attributes: Attributes) => {
      await called('create')
      if (state.attributes) throw exists
      state.attributes = { Enabled: 'true', ...attributes }
      return ARN
    },
    attributes: async () => {
      await called('attributes')
      return state.attributes ?? {}
    },
    set: async (_arn: string, attributes: Attributes) => {
      await called('set')
      if (!state.attributes) throw sns('NotFoundException', 'PlatformApplication does not exist', 404)
      state.attributes = { ...state.attributes, ...attributes }
    },
    remove: async () => {
      await called('remove')
      state.attributes = undefined
    },
  }
  const secrets = {
    read: async () => {
      await called('read')
      return { version: 'v1', text: appleKey() }
    },
    labels: async () => {
      await called('labels')
      return { AWSCURRENT: 'v1' }
    },
    move: () => called('move'),
  }
  const reported: string[] = []
  const report = (what: string) => void reported.push(what)
  return { ports: { applications, secrets, clock, report }, calls, state, reported, waited: () => clock.now() - START }
}

const refuseFirst =
  (which: Call, times: number, error: ServiceError): Refuse =>
  (call, count) =>
    call === which && count <= times ? error : undefined

test('an application is made', async () => {
  const { ports, state } = createWorld()
  expect(await applyApplication(ports, APPLICATION)).toBe(ARN)
  expect(state.attributes).toMatchObject({ PlatformPrincipal: 'KEY0000000', SuccessFeedbackSampleRate: '100' })
})

test('one of that name is adopted, with its own endpoints, and is as it is to be', async () => {
  const { ports, state } = createWorld(undefined, { Enabled: 'true', PlatformPrincipal: 'FORMER0000' })
  expect(await applyApplication(ports, APPLICATION)).toBe(ARN)
  expect(state.attributes?.PlatformPrincipal).toBe('KEY0000000')
})

test('an update sets the four credentials together and makes nothing', async () => {
  const { ports, calls, state } = createWorld(undefined, { Enabled: 'true' })
  expect(await applyApplication(ports, APPLICATION, APPLICATION)).toBe(ARN)
  expect(calls).toEqual(['read', 'set', 'attributes', 'labels', 'move'])
  expect(Object.keys(state.attributes ?? {})).toEqual(
    expect.arrayContaining(['PlatformCredential', 'PlatformPrincipal', 'ApplePlatformTeamID', 'ApplePlatformBundleID']),
  )
})

test('an update of one that somebody deleted makes it again', async () => {
  const { ports, state } = createWorld()
  expect(await applyApplication(ports, APPLICATION, APPLICATION)).toBe(ARN)
  expect(state.attributes?.PlatformPrincipal).toBe('KEY0000000')
})

test('new credentials enable an application that SNS has disabled; one that is enabled is left alone', async () => {
  const disabled = createWorld(undefined, { Enabled: 'false' })
  await applyApplication(disabled.ports, APPLICATION, APPLICATION)
  expect(disabled.state.attributes?.Enabled).toBe('true')
  const enabled = createWorld(undefined, { Enabled: 'true' })
  await applyApplication(enabled.ports, APPLICATION, APPLICATION)
  expect(enabled.calls.filter((call) => call === 'set')).toHaveLength(1)
})

test('one that SNS will not enable again is updated all the same', async () => {
  const refusal = sns('InvalidParameterException', 'Invalid parameter: Attributes Reason: Invalid attribute name: Enabled')
  const refuse: Refuse = (call, count) => (call === 'set' && count === 2 ? refusal : undefined)
  const { ports, state } = createWorld(refuse, { Enabled: 'false', PlatformPrincipal: 'FORMER0000' })
  expect(await applyApplication(ports, APPLICATION, APPLICATION)).toBe(ARN)
  expect(state.attributes).toMatchObject({ Enabled: 'false', PlatformPrincipal: 'KEY0000000' })
})

test.each([
  ['a role that IAM has not made known yet', 'create', role],
  ['a throttle', 'create', sns('ThrottledException', 'Rate exceeded', 429)],
  ['a failure of SNS', 'set', sns('InternalErrorException', '', 500)],
  ['a lost connection', 'read', new ServiceError('Secrets Manager', { name: 'TimeoutError', message: '' })],
] as const)('%s is tried again, with longer waits each time', async (_, call, error) => {
  const { ports, calls, waited } = createWorld(refuseFirst(call, 3, error))
  await applyApplication(ports, APPLICATION)
  expect(calls.filter((one) => one === call)).toHaveLength(4)
  expect(waited()).toBe(1000 + 2000 + 4000)
})

test('a role that stays refused fails within about a minute, and says what to look at', async () => {
  const { ports, calls, waited } = createWorld(refuseFirst('create', 99, role))
  await expect(applyApplication(ports, APPLICATION)).rejects.toMatchObject({
    code: 'feedback_role_refused',
    message: expect.stringMatching(/^APNS_VOIP\/phone: .* role arn:aws:iam::123456789012:role\/feedback must .* trust sns/),
  })
  expect(waited()).toBeGreaterThan(45_000)
  expect(waited()).toBeLessThanOrEqual(60_000)
  expect(calls).not.toContain('set')
})

test.each(['labels', 'move'] as const)(
  'a credential that cannot be labelled (%s) is there all the same, and reported',
  async (call) => {
    const denied = new ServiceError('Secrets Manager', { name: 'AccessDeniedException', message: '', status: 400 })
    const { ports, state, reported } = createWorld(refuseFirst(call, 1, denied))
    expect(await applyApplication(ports, APPLICATION)).toBe(ARN)
    expect(state.attributes).toMatchObject({ PlatformPrincipal: 'KEY0000000' })
    expect(reported).toEqual([
      expect.stringMatching(/^APNS_VOIP\/phone has its credential, .* label phone\/1 .* Allow secretsmanager:/),
    ])
  },
)

test('a throttled label is set again, and nothing is reported', async () => {
  const throttled = new ServiceError('Secrets Manager', { name: 'ThrottlingException', message: '', status: 400 })
  const { ports, calls, reported } = createWorld(refuseFirst('move', 1, throttled))
  await applyApplication(ports, APPLICATION)
  expect(calls.slice(-4)).toEqual(['labels', 'move', 'labels', 'move'])
  expect(reported).toEqual([])
})

test.each([
  [
    'refused credentials',
    sns('InvalidParameterException', 'Invalid parameter: Attributes Reason: Platform credentials are invalid'),
    'credentials_refused',
  ],
  ['no permission', sns('AuthorizationErrorException', '', 403), 'not_authorized'],
  ['a quota', sns('LimitExceededException', '', 400), 'quota_exceeded'],
  ['an unknown refusal', sns('InvalidParameterException', 'Invalid parameter: Name'), 'refused'],
] as const)('%s is not tried again', async (_, error, code) => {
  const { ports, calls, waited } = createWorld(refuseFirst('create', 1, error))
  await expect(applyApplication(ports, APPLICATION)).rejects.toMatchObject({ code })
  expect(calls).toEqual(['read', 'create'])
  expect(waited()).toBe(0)
})

test('a throttled delete is tried again, a refused one is not', async () => {
  const throttled = createWorld(refuseFirst('remove', 1, sns('Throttling', '', 400)), {})
  await removeApplication(throttled.ports, ARN)
  expect(throttled.state.attributes).toBeUndefined()
  const refused = createWorld(refuseFirst('remove', 1, sns('AuthorizationErrorException', 'may not', 403)), {})
  await expect(removeApplication(refused.ports, ARN)).rejects.toThrow('may not')
})
