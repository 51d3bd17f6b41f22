import { expect, test } from 'vitest'
import { type CredentialStatus, lookAtCredentials } from '../../../core/applications/credential.ts'
import { ServiceError } from '../../../core/applications/service-error.ts'
import { virtualClock } from '../clock.ts'
import { APPS } from '../world.ts'

const NOW = Date.parse('2027-06-01T12:00:00Z')
const throttled = () => new ServiceError('SNS', { name: 'ThrottledException', message: '', status: 429 })

/** Looks at `APPS`, of which each application has these attributes. */
async function look(attributes: (arn: string) => Record<string, string>) {
  const seen: CredentialStatus[] = []
  const reports: string[] = []
  const asked: string[] = []
  const applications = {
    attributes: async (arn: string) => {
      asked.push(arn)
      return attributes(arn)
    },
  }
  const clock = virtualClock(NOW)
  const ports = {
    apps: APPS,
    applications,
    clock,
    found: (one: CredentialStatus) => seen.push(one),
    report: (what: string) => reports.push(what),
  }
  const error = await lookAtCredentials(ports).catch((cause: Error) => cause.message)
  return { seen, reports, asked, error }
}

test('every platform application is looked at, once', async () => {
  const { seen, asked, error } = await look(() => ({ Enabled: 'true' }))
  expect(seen).toEqual([
    { application: 'APNS_VOIP/phone', disabled: false },
    { application: 'APNS/phone', disabled: false },
    { application: 'GCM/phone', disabled: false },
  ])
  expect(new Set(asked).size).toBe(asked.length)
  expect(error).toBeUndefined()
})

test.each([
  ['AppleCertificateExpirationDate', '2027-07-01T12:00:00Z', 30],
  ['AppleCertificateExpirationDate', '2027-07-01T11:59:59Z', 29],
  ['AppleCertificateExpirationDate', '2027-05-31T12:00:00Z', -1],
  ['AppleCertificateExpiryDate', '2027-06-02T12:00:00Z', 1],
])('a certificate has %s %s: %i days', async (name, date, certificateDays) => {
  const { seen } = await look(() => ({ Enabled: 'true', [name]: date }))
  expect(seen[0]).toEqual({ application: 'APNS_VOIP/phone', disabled: false, certificateDays })
})

test('one that SNS has disabled is told apart', async () => {
  const { seen } = await look((arn) => ({ Enabled: String(!arn.includes('GCM')) }))
  expect(seen.filter(({ disabled }) => disabled)).toEqual([{ application: 'GCM/phone', disabled: true }])
})

test('one that cannot be looked at keeps no other from it, and is named in the end', async () => {
  const { seen, reports, error } = await look((arn) => {
    if (arn.includes('APNS_VOIP')) throw new ServiceError('SNS', { name: 'NotFoundException', message: '', status: 404 })
    return { Enabled: 'true' }
  })
  expect(seen.map(({ application }) => application)).toEqual(['APNS/phone', 'GCM/phone'])
  expect(reports).toEqual(['APNS_VOIP/phone could not be looked at'])
  expect(error).toBe('Platform applications that could not be looked at: APNS_VOIP/phone')
})

test('a date of an unknown form is no number of days', async () => {
  const { seen, error } = await look((arn) => (arn.includes('GCM') ? {} : { AppleCertificateExpirationDate: 'soon' }))
  expect(seen.map(({ application }) => application)).toEqual(['GCM/phone'])
  expect(error).toContain('APNS_VOIP/phone, APNS/phone')
})

test('a throttled question is asked again', async () => {
  let first = true
  const { seen, asked, error } = await look(() => {
    if (!first) return { Enabled: 'true' }
    first = false
    throw throttled()
  })
  expect([seen.length, asked.length, error]).toEqual([3, 4, undefined])
})
