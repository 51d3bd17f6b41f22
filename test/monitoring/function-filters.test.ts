import { describe, expect, test } from 'vitest'
import { synthesizeMonitoring } from '../lib/monitoring-stack.ts'
import { filtersOf } from './filters.ts'

const { measure } = filtersOf(synthesizeMonitoring())
const application = 'APNS_VOIP/wakecall-test-old-voip'
const dimensions = { application }

describe('the look at a platform application', () => {
  const measured = (values: Record<string, number>) =>
    measure('/wakecall/test/credentials', { message: 'credential', application, ...values })

  test.each([-3, 0, 30])('measures a certificate with %d days left: one that has expired has days below 0', (CredentialDays) => {
    expect(measured({ ApplicationDisabled: 1, CredentialDays })).toEqual([
      { name: 'CredentialDays', dimensions, value: CredentialDays },
      { name: 'ApplicationDisabled', dimensions, value: 1 },
    ])
  })

  test('measures no days where there is no certificate', () => {
    expect(measured({ ApplicationDisabled: 0 })).toEqual([{ name: 'ApplicationDisabled', dimensions, value: 0 }])
  })
})

test('a line of another kind, or of another function, measures nothing', () => {
  const line = { message: 'credential', application, CredentialDays: 3 }
  expect(measure('/wakecall/test/credentials', line)).toHaveLength(1)
  expect(measure('/wakecall/test/credentials', { ...line, message: 'other' })).toEqual([])
  expect(measure('/wakecall/test/calls', line)).toEqual([])
})
