import { describe, expect, test } from 'vitest'
import type { Config } from '../../lib/settings.ts'
import { synthesize } from './synthesize.ts'

const tableOf = (config: Config = {}) => Object.values(synthesize(config).findResources('AWS::DynamoDB::Table'))[0]

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

  test.each([
    ['retain', 'Retain', true],
    ['destroy', 'Delete', false],
  ] as const)('%s: CloudFormation is told to %s it, protected against deletion: %s', (table, policy, isProtected) => {
    const resource = tableOf({ removal: { table } })
    expect(resource).toMatchObject({ DeletionPolicy: policy, UpdateReplacePolicy: policy })
    expect(resource?.Properties.DeletionProtectionEnabled).toBe(isProtected)
  })
})
