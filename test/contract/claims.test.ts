import { describe } from 'vitest'
import { createMemory } from '../core/memory.ts'
import { claimsContract } from './claims.contract.ts'
import { useDynamoDb } from './dynamodb.ts'

describe('in memory', () => {
  const { claims } = createMemory()
  claimsContract(() => claims)
})

describe('on DynamoDB', () => {
  const stores = useDynamoDb()
  claimsContract(() => stores().claims)
})
