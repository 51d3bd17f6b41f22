import { expect, test } from 'vitest'
import { applicationArn, useApplications } from './applications.ts'
import { appleCertificate, appleKey, CERTIFICATE_EXPIRES } from './applications-credentials.ts'

/** What the adapter takes for granted of SNS, and the simulated one does as AWS does. */
const { ports } = useApplications()
const sns = () => ports().applications

const key = () => ({
  PlatformCredential: appleKey(),
  PlatformPrincipal: 'KEY0000000',
  ApplePlatformTeamID: 'TEAM000000',
  ApplePlatformBundleID: 'com.example.phone',
})
const certificate = () => {
  const { certificate, privateKey } = JSON.parse(appleCertificate())
  return { PlatformCredential: privateKey, PlatformPrincipal: certificate }
}

test('the attributes show no credential; a certificate shows until when it is good, a key nothing', async () => {
  const ofKey = await sns().create('key', 'APNS', key())
  expect(await sns().attributes(ofKey)).toEqual({
    Enabled: 'true',
    ApplePlatformTeamID: 'TEAM000000',
    ApplePlatformBundleID: 'com.example.phone',
  })
  const ofCertificate = await sns().create('certificate', 'APNS', certificate())
  expect(await sns().attributes(ofCertificate)).toEqual({ Enabled: 'true', AppleCertificateExpirationDate: CERTIFICATE_EXPIRES })
})

test('the same name with the same attributes is the same application, with others it is refused', async () => {
  const attributes = key()
  const arn = await sns().create('same', 'APNS', attributes)
  expect(await sns().create('same', 'APNS', attributes)).toBe(arn)
  await expect(sns().create('same', 'APNS', key())).rejects.toMatchObject({
    error: 'InvalidParameter',
    message: 'Invalid parameter: Name Reason: An application with the same name but different properties already exists',
  })
})

test('what is no certificate is refused, and so is half of one', async () => {
  const refused = { error: 'InvalidParameter', message: 'Invalid parameter: Attributes Reason: Platform credentials are invalid' }
  const { PlatformCredential, PlatformPrincipal } = certificate()
  const PlatformPrincipalBroken = PlatformPrincipal.replace(/\n[A-Za-z]/, '\n!')
  await expect(
    sns().create('broken', 'APNS', { PlatformCredential, PlatformPrincipal: PlatformPrincipalBroken }),
  ).rejects.toMatchObject(refused)
  await expect(sns().create('half', 'APNS', { PlatformPrincipal })).rejects.toMatchObject(refused)
})

test('a feedback role that IAM has not made known is refused as often as its name says, then it is taken', async () => {
  const SuccessFeedbackRoleArn = 'arn:aws:iam::123456789012:role/not-yet-2'
  const arn = await sns().create('role', 'APNS', key())
  const set = () => sns().set(arn, { SuccessFeedbackRoleArn })
  for (const _ of ['once', 'twice']) {
    await expect(set()).rejects.toThrow(`${SuccessFeedbackRoleArn} is not a valid role to allow SNS to write to Cloudwatch Logs`)
    expect(await sns().attributes(arn)).not.toHaveProperty('SuccessFeedbackRoleArn')
  }
  await set()
  expect(await sns().attributes(arn)).toMatchObject({ SuccessFeedbackRoleArn })
})

test('one that is not there is NotFound, and deleting it is no error', async () => {
  const nobody = applicationArn('APNS', 'nobody')
  await expect(sns().attributes(nobody)).rejects.toMatchObject({ error: 'NotFound', status: 404 })
  await expect(sns().set(nobody, {})).rejects.toMatchObject({ error: 'NotFound' })
  await sns().remove(nobody)
})
