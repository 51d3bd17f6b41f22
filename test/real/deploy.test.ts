/**
 * The real stack with its real bundles, deployed by `cdk deploy` into an emulator with a CloudFormation engine of its own
 * (MiniStack), and used as an operator and a PBX use it. The tests tell one story, in their order.
 *
 * What MiniStack 1.5.33 refuses is left out in deploy-app.ts. What it takes and does nothing about is tested on the
 * template, in test/lib/: IAM's policies, metric filters, EMF, alarms, masks of log groups.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokenOf } from '../../local/tokens.ts'
import type { RingAnswer } from '../../wire/calls.ts'
import type { TraceAnswer } from '../../wire/trace.ts'
import { leaks, secret } from '../relay/secrets.ts'
import { askAws } from './ask-aws.ts'
import { type Cloud, startCloud } from './cloud.ts'
import { appleCertificate, appleKey, googleServiceAccount } from './credentials.ts'
import { ANDROID, APP, APPLICATIONS, CERTIFIED, configOf, SECRETS, STAGE } from './deploy-config.ts'
import { createDeployment, type Deployment } from './deployment.ts'
import { applicationsLeft, attributesOf, endpointsOf, KINDS, kindsLeft, stackStatus } from './inventory.ts'
import { messagesOf } from './logs.ts'
import { createPbxMachine, type PbxMachine } from './pbx.ts'

const STACK = `wakecall-${STAGE}`
const NUMBER = secret('+442079460000')
const TEXT = secret('Call me back, please')
/** Within it, what SNS tells of an endpoint may be older than the registration: core/endpoint-event.ts. */
const DOUBT_MS = 5000
const POLL = { timeout: 30_000, interval: 200 }

let dir: string
let cloud: Cloud
let deployment: Deployment
let pbx: PbxMachine
let relay: { RelayUrl: string; TableName: string; DeadLetterUrl: string }
let deadRegisteredAt: number

const aws = (service: string, target: string, body: object) => askAws(cloud.endpoint, { service, target, body })
const putSecret = (Name: string, SecretString: string) =>
  aws('secretsmanager', 'secretsmanager.CreateSecret', { Name, SecretString })
const changeSecret = (SecretId: string, SecretString: string) =>
  aws('secretsmanager', 'secretsmanager.PutSecretValue', { SecretId, SecretString })
const certificateApplication = () => attributesOf(cloud.pushEndpoint, CERTIFIED)
const items = () => aws('dynamodb', 'DynamoDB_20120810.Scan', { TableName: relay.TableName })
const logOf = (name: string) => messagesOf(cloud.endpoint, new RegExp(`^/wakecall/${STAGE}/${name}$`))

const ring = (to: string, callId: string) =>
  pbx.ask<RingAnswer>(`push-call --to ${to} --from ${NUMBER} --call-id ${callId} --ring-seconds 60`)
const trace = (callId: string) => pbx.ask<TraceAnswer>(`trace ${callId}`)
/** What a simulated phone saw or did. */
const sights = (phone: string) => cloud.phones.history(phone).map(({ kind }) => kind)
const bothSee = async (kind: string) => {
  await expect.poll(() => sights('android'), POLL).toContain(kind)
  await expect.poll(() => sights('iphone'), POLL).toContain(kind)
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wakecall-deploy-'))
  cloud = await startCloud(({ phone: deviceId, callId, extension }) => {
    // A phone that woke registers by SIP: this is what a PBX tells the PNS then.
    pbx.pns('/woke', { deviceId, callId, extension }).catch((error) => cloud.untold.push(error))
  })
  pbx = await createPbxMachine(join(dir, 'office'), cloud.env)
  deployment = createDeployment(dir, cloud.env)
  await putSecret(SECRETS.key, appleKey())
  await putSecret(SECRETS.google, googleServiceAccount())
  await putSecret(SECRETS.certificate, await appleCertificate(dir, 100))
  await deployment.bootstrap()
  await deployment.deploy(configOf())
  relay = JSON.parse(await readFile(deployment.outputs, 'utf8'))[STACK]
})

afterAll(async () => {
  await pbx?.close()
  await cloud?.close()
  await rm(dir, { recursive: true, force: true })
})

test('the deployment makes the platform applications, which tell the stack what becomes of pushes', async () => {
  expect(await kindsLeft(cloud.endpoint)).toEqual(KINDS)
  expect(await applicationsLeft(cloud.pushEndpoint)).toEqual(APPLICATIONS)
  for (const name of APPLICATIONS) {
    const attributes = await attributesOf(cloud.pushEndpoint, name)
    expect(attributes).toMatch(/<key>EventDeliveryFailure<\/key><value>arn:aws:sns:/)
    expect(attributes).toMatch(/<key>FailureFeedbackRoleArn<\/key><value>arn:aws:iam:/)
  }
})

test('a code that nobody made is refused', async () => {
  await expect(pbx.enrol(relay.RelayUrl, '00000-00000-00000-00000')).rejects.toThrow(/A code is valid once/)
  await expect.poll(() => logOf('keys'), POLL).toContainEqual(expect.stringContaining('"refusal":"unknown"'))
})

test('an operator invites a PBX, which enrols: its key stays its own, and the code was good once', async () => {
  const { code } = JSON.parse(await deployment.admin('pbx invite office --json'))
  expect(await pbx.enrol(relay.RelayUrl, secret(code))).toContain('enrolled as office')
  expect((await stat(pbx.keyFile)).mode & 0o777).toBe(0o600)
  const thief = await createPbxMachine(join(dir, 'thief'), cloud.env)
  await expect(thief.enrol(relay.RelayUrl, code)).rejects.toThrow(/A code is valid once/)
  await expect.poll(() => logOf('keys'), POLL).toContainEqual(expect.stringContaining('"refusal":"used"'))
})

test('a key that nobody enrolled is refused', async () => {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const impostor = await pbx.impostor(join(dir, 'impostor'), key)
  await expect(impostor.keys()).rejects.toThrow(/does not know the key of this PBX/)
  expect(await pbx.keys()).toContain('the key of these settings')
})

test('phones register', async () => {
  await pbx.serve(APP)
  const token = (kind: 'voip' | 'alert' | 'fcm', phone: string, fate: 'accept' | 'unregistered' = 'accept') =>
    secret(tokenOf({ kind, phone, fate }))
  const iphone = { platform: 'ios', token: token('voip', 'iphone'), alertToken: token('alert', 'iphone') }
  const android = { platform: 'android', token: token('fcm', 'android') }
  const dead = { platform: 'android', token: token('fcm', 'dead', 'unregistered') }
  await pbx.pns('/register', { extension: '1001', deviceId: 'iphone', ...iphone })
  await pbx.pns('/register', { extension: '1001', deviceId: 'android', ...android })
  await pbx.pns('/register', { extension: '1009', deviceId: 'dead', ...dead })
  type Devices = { devices: { confirmed: boolean }[] }
  const confirmed = async () => (await pbx.ask<Devices>('devices')).devices.map(({ confirmed }) => confirmed)
  await expect.poll(confirmed, POLL).toEqual([true, true, true])
  deadRegisteredAt = Date.now()
})

test('a call wakes both phones, once', async () => {
  expect((await ring('1001', 'call-1')).devices).toBe(2)
  await bothSee('ringing')
  await ring('1001', 'call-1')
  for (const phone of ['android', 'iphone']) expect(sights(phone).filter((kind) => kind === 'push')).toEqual(['push'])
})

test('a message reaches both', async () => {
  await pbx.pns('/push_message', { to: '1001', from: NUMBER, text: TEXT })
  await bothSee('message')
})

test('a cancel ends the ringing', async () => {
  await pbx.pns('/cancel_call', { callId: 'call-1', reason: 'answered_elsewhere' })
  await bothSee('cancelled')
})

test('the trace of the call shows who took the pushes and which phones woke', async () => {
  const steps = async () => {
    const { steps, incomplete } = await trace('call-1')
    return [...steps.map(({ step, deviceId = 'call' }) => `${deviceId} ${step}`), ...(incomplete ?? [])].sort()
  }
  const each = ['sns_accepted', 'provider_accepted', 'woke', 'cancel_sent']
  const ofPhones = each.flatMap((step) => [`android ${step}`, `iphone ${step}`])
  await expect.poll(steps, POLL).toEqual([...ofPhones, 'call asked', 'call cancelled', 'call relay_accepted'].sort())
})

test('a phone whose app is gone is pruned by what SNS tells its topic, through queue and function', async () => {
  await expect.poll(() => Date.now() - deadRegisteredAt, POLL).toBeGreaterThan(DOUBT_MS)
  expect((await ring('1009', 'call-2')).devices).toBe(1)
  await expect.poll(() => logOf('events'), POLL).toContainEqual(expect.stringMatching(/"action":"prune".*"deviceId":"dead"/))
  expect((await ring('1009', 'call-3')).devices).toBe(0)
  const { steps } = await trace('call-2')
  expect(steps).toContainEqual(expect.objectContaining({ step: 'provider_refused', reason: 'unregistered' }))
})

test('an event that nobody can handle ends among the dead letters', async () => {
  const { QueueUrls } = JSON.parse(await aws('sqs', 'AmazonSQS.ListQueues', {}))
  const QueueUrl = (QueueUrls as string[]).find((url) => !url.includes('DeadLetters'))
  // The queue hides what failed for minutes; the test has not the time.
  await aws('sqs', 'AmazonSQS.SetQueueAttributes', { QueueUrl, Attributes: { VisibilityTimeout: '1' } })
  const TopicArn = /<key>EventDeliveryFailure<\/key><value>(.*?)</.exec(await certificateApplication())?.[1] as string
  const query = { Action: 'Publish', Version: '2010-03-31', TopicArn, Message: '{"EventType":"DeliveryFailure"}' }
  await askAws(cloud.endpoint, { service: 'sns', query })
  const waiting = { QueueUrl: relay.DeadLetterUrl, AttributeNames: ['ApproximateNumberOfMessages'] }
  const deadLetters = async () => JSON.parse(await aws('sqs', 'AmazonSQS.GetQueueAttributes', waiting)).Attributes
  await expect.poll(deadLetters, POLL).toEqual({ ApproximateNumberOfMessages: '1' })
})

test('a second deployment changes nothing', async () => {
  expect(await deployment.deploy(configOf())).toContain('(no changes)')
})

test('a changed credentialVersion hands SNS what the secret holds now', async () => {
  const expires = async () => Date.parse(/Expiration.*?<value>(.*?)</.exec(await certificateApplication())?.[1] ?? '')
  const before = await expires()
  await changeSecret(SECRETS.certificate, await appleCertificate(dir, 300))
  await deployment.deploy(configOf({ certificateVersion: '2' }))
  expect(Math.round(((await expires()) - before) / 86_400_000)).toBe(200)
})

test('a credential that SNS refuses fails the deployment, which says what to do, and phones go on ringing', async () => {
  const before = await certificateApplication()
  const certificate = '-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n'
  const { privateKey } = JSON.parse(await appleCertificate(dir, 1))
  await changeSecret(SECRETS.certificate, JSON.stringify({ certificate, privateKey }))
  const deployed = deployment.deploy(configOf({ certificateVersion: '3' }))
  await expect(deployed).rejects.toThrow(/credentials are refused: check that certificate and privateKey/)
  expect(await certificateApplication()).toBe(before)
  expect((await ring('1001', 'call-4')).devices).toBe(2)
})

test('it was rolled back though the secret still holds it; with a good one there, the same deployment succeeds', async () => {
  const status = () => stackStatus(cloud.endpoint, STACK)
  expect(await status()).toBe('UPDATE_ROLLBACK_COMPLETE')
  const before = await certificateApplication()
  await changeSecret(SECRETS.certificate, await appleCertificate(dir, 100))
  await deployment.deploy(configOf({ certificateVersion: '3' }))
  expect(await status()).toBe('UPDATE_COMPLETE')
  expect(await certificateApplication()).not.toBe(before)
})

test('no log of the deployment has a token, a key, a code or a number in it, and no item a caller', async () => {
  const { SecretList } = JSON.parse(await aws('secretsmanager', 'secretsmanager.ListSecrets', {}))
  const { Name } = SecretList.find(({ Name }: { Name: string }) => Name.includes('CallerKey'))
  secret(JSON.parse(await aws('secretsmanager', 'secretsmanager.GetSecretValue', { SecretId: Name })).SecretString)
  const lines = await messagesOf(cloud.endpoint, /^(?!sns\/)/)
  for (const name of ['calls', 'devices', 'messages', 'history', 'keys', 'events', 'applications', 'provider']) {
    expect((await logOf(name)).length, name).toBeGreaterThan(0)
  }
  expect(leaks([...lines, pbx.log()])).toEqual([])
  // There is something to find: SNS writes tokens into its own.
  expect(leaks(await messagesOf(cloud.endpoint, /^sns\//)).length).toBeGreaterThan(0)
  expect(await items()).toContain('hmac:')
  expect(await items()).not.toContain(NUMBER)
  expect(cloud.untold).toEqual([])
})

test('a deleted stack leaves the table and the platform applications, as the settings say, and nothing else', async () => {
  await deployment.destroy()
  expect(await kindsLeft(cloud.endpoint)).toEqual(['tables'])
  expect(await applicationsLeft(cloud.pushEndpoint)).toEqual(APPLICATIONS)
})

test('a new stack takes the applications over with the phones that they know, and leaves none if it is told so', async () => {
  const endpoints = await endpointsOf(cloud.pushEndpoint, ANDROID)
  expect(endpoints).toHaveLength(1)
  await deployment.deploy(configOf({ removal: { table: 'destroy', applications: 'destroy' } }))
  expect(await endpointsOf(cloud.pushEndpoint, ANDROID)).toEqual(endpoints)
  await deployment.destroy()
  expect(await applicationsLeft(cloud.pushEndpoint)).toEqual([])
})
