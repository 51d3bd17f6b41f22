import { beforeAll, expect, test } from 'vitest'
import { applicationArn, useApplications } from '../contract/applications.ts'
import { appleCertificate, CERTIFICATE_EXPIRES, serviceAccount } from '../contract/applications-credentials.ts'
import { everythingOf, useQuiet } from '../contract/applications-leaks.ts'
import { expectMeasured } from './measured.ts'

const { ports } = useApplications()
useQuiet()
const ARNS = { voip: applicationArn('APNS_VOIP', 'phone'), fcm: applicationArn('GCM', 'phone') }
const APPS = { phone: { bundle: 'com.example.phone', ...ARNS }, other: { fcm: ARNS.fcm } }

let handler: typeof import('../../lambdas/credentials/handler.ts').handler
beforeAll(async () => {
  process.env.APPS = JSON.stringify(APPS)
  handler = (await import('../../lambdas/credentials/handler.ts')).handler
  const { certificate, privateKey } = JSON.parse(appleCertificate())
  const credentials = { PlatformCredential: privateKey, PlatformPrincipal: certificate }
  await ports().applications.create('phone', 'APNS_VOIP', credentials)
  await ports().applications.create('phone', 'GCM', { PlatformCredential: serviceAccount() })
})

/** The lines that a run leaves, and whether it failed. */
async function run() {
  let error: unknown
  const text = await everythingOf(() => handler().catch((cause: unknown) => (error = cause)))
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('{"'))
    .map((line) => JSON.parse(line))
  return { lines, error }
}

test('tells the days of a certificate, and that nothing is disabled', async () => {
  const { lines, error } = await run()
  expect(error).toBeUndefined()
  expect(lines).toMatchObject([
    { application: 'APNS_VOIP/phone', ApplicationDisabled: 0, CredentialDays: expect.any(Number) },
    { application: 'GCM/phone', ApplicationDisabled: 0 },
  ])
  const days = (Date.parse(CERTIFICATE_EXPIRES) - Date.now()) / 86_400_000
  expect(Math.abs(lines[0].CredentialDays - days)).toBeLessThan(1.1)
  expect(lines[1]).not.toHaveProperty('CredentialDays')
  for (const line of lines) expectMeasured(line)
})

test('tells an application that SNS has disabled', async () => {
  await ports().applications.set(ARNS.fcm, { Enabled: 'false' })
  const { lines } = await run()
  expect(lines.map(({ ApplicationDisabled }) => ApplicationDisabled)).toEqual([0, 1])
})

test('fails for one that is gone, after the others', async () => {
  await ports().applications.remove(ARNS.voip)
  const { lines, error } = await run()
  expect(lines.filter(({ level }) => level === 'ERROR')).toMatchObject([{ message: 'APNS_VOIP/phone could not be looked at' }])
  expect(lines.filter(({ level }) => level === undefined)).toMatchObject([{ application: 'GCM/phone' }])
  expect(error).toMatchObject({ message: 'Platform applications that could not be looked at: APNS_VOIP/phone' })
})
