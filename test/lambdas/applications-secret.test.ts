import { beforeAll, expect, test } from 'vitest'
import { APPLE_KEY, properties, useApplications } from '../contract/applications.ts'
import { appleKey } from '../contract/applications-credentials.ts'
import { everythingOf, useQuiet } from '../contract/applications-leaks.ts'
import { secretArn } from '../contract/secrets.ts'

/** What a credentialVersion is tied to: every test puts keys into one secret, a version of it each. */
const { ports, refusals, requests, store } = useApplications()
useQuiet()

let handler: typeof import('../../lambdas/applications/handler.ts').handler
beforeAll(async () => {
  handler = (await import('../../lambdas/applications/handler.ts')).handler
})

const SECRET = secretArn('key')
const put = (): string => {
  const text = appleKey()
  store('key', { text })
  return text
}
const of = (name: string, CredentialVersion: string, more: object = {}) => ({
  ...properties('APNS_VOIP', name, SECRET),
  ...APPLE_KEY,
  CredentialVersion,
  ...more,
})
type Wanted = ReturnType<typeof of>
const create = (ResourceProperties: Wanted) => handler({ RequestType: 'Create', ResourceProperties })
const update = (OldResourceProperties: Wanted, ResourceProperties: Wanted) =>
  handler({
    RequestType: 'Update',
    PhysicalResourceId: OldResourceProperties.ApplicationArn,
    ResourceProperties,
    OldResourceProperties,
  })
const refuse = () =>
  refusals.push({
    code: 'InvalidParameter',
    status: 400,
    message: 'Invalid parameter: Attributes Reason: Platform credentials are invalid',
  })

/** The key that SNS was given last. */
const given = (): string | undefined =>
  requests.flatMap(({ body }) => [...body.values()].filter((value) => value.includes('PRIVATE KEY'))).at(-1)
const labels = async (): Promise<string[]> =>
  Object.keys(await ports().secrets.labels(SECRET))
    .filter((label) => !label.startsWith('AWS'))
    .toSorted()
const ofKey = (label: string) => `${label}/KEY0000000`

test('a rollback finds what its credentialVersion had, whatever the secret holds now', async () => {
  const first = put()
  await create(of('back', '1'))
  put()
  refuse()
  await expect(update(of('back', '1'), of('back', '2'))).rejects.toThrow(/credentials are refused/)
  await update(of('back', '2'), of('back', '1'))
  expect(given()).toBe(first)
})

test('so does an update of something else', async () => {
  const first = put()
  await create(of('other', '1'))
  put()
  await update(of('other', '1'), of('other', '1', { SuccessSampleRate: '5' }))
  expect(given()).toBe(first)
})

test('another credentialVersion takes what the secret holds now, and another key id under the same one too', async () => {
  put()
  await create(of('anew', '1'))
  const second = put()
  await update(of('anew', '1'), of('anew', '2'))
  expect(given()).toBe(second)
  const third = put()
  await update(of('anew', '2'), of('anew', '2', { KeyId: 'KEY1111111' }))
  expect(given()).toBe(third)
})

test('one that SNS refused is tied to nothing: after it is mended in the secret it can be deployed', async () => {
  put()
  await create(of('mended', '1'))
  refuse()
  await expect(update(of('mended', '1'), of('mended', '2'))).rejects.toThrow(/credentials are refused/)
  expect(await labels()).toEqual([ofKey('mended/1')])
  const good = put()
  await update(of('mended', '1'), of('mended', '2'))
  expect(given()).toBe(good)
})

test('one that was rolled back because of something else is forgotten too', async () => {
  const first = put()
  await create(of('forgotten', '1'))
  put()
  await update(of('forgotten', '1'), of('forgotten', '2'))
  await update(of('forgotten', '2'), of('forgotten', '1'))
  expect([given(), await labels()]).toEqual([first, [ofKey('forgotten/1')]])
  const third = put()
  await update(of('forgotten', '1'), of('forgotten', '2'))
  expect(given()).toBe(third)
})

test('a new stack takes what the secret holds now, under a label of a former one too, and ties that', async () => {
  put()
  await create(of('anew', '1'))
  const second = put()
  await create(of('anew', '1'))
  expect(given()).toBe(second)
  put()
  await update(of('anew', '1'), of('anew', '1', { SuccessSampleRate: '5' }))
  expect(given()).toBe(second)
})

test('applications that share a secret have their own labels, of which two stay each', async () => {
  put()
  for (const name of ['app', 'app-2']) await create(of(name, '1'))
  for (let version = 1; version < 30; version++) {
    put()
    await update(of('app', `${version}`), of('app', `${version + 1}`))
  }
  expect(await labels()).toEqual(['app-2/1', 'app/29', 'app/30'].map(ofKey))
})

test('where the secret has all the labels that it can have, the deployment succeeds and the log says what to do', async () => {
  put()
  const version = (await ports().secrets.read(SECRET, 'AWSCURRENT')).version
  for (let i = 1; i < 20; i++) await ports().secrets.move(SECRET, `of somebody else ${i}`, { to: version })
  const log = await everythingOf(() => create(of('full', '1')))
  expect(log).toMatch(/"level":"ERROR","message":"APNS_VOIP\/full has its credential, .* if it has 20 labels, remove /)
  expect(log).toMatch(/PhysicalResourceId: 'arn:aws:sns:.*:app\/APNS_VOIP\/full'/)
  const second = put()
  await update(of('full', '1'), of('full', '1', { SuccessSampleRate: '5' }))
  expect(given()).toBe(second)
})
