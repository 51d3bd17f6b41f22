import { describe, expect, test } from 'vitest'
import { synthesize } from './synthesize.ts'

const tableOf = (settings = {}) => Object.values(synthesize(settings).findResources('AWS::DynamoDB::Table'))[0]

describe('the table', () => {
  test('has the keys, the TTL, point-in-time recovery, encryption, on demand, no index', () => {
    expect(tableOf()?.Properties).toEqual({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      DeletionProtectionEnabled: true,
    })
  })

  test('outlives its stack', () => {
    expect(tableOf()).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
  })

  test.each([true, false])('is protected against deletion as the setting says: %s', (deletionProtection) => {
    expect(tableOf({ deletionProtection })?.Properties.DeletionProtectionEnabled).toBe(deletionProtection)
  })
})
