import { describe } from 'vitest'
import { createMemory } from '../core/memory.ts'
import { useDynamoDb } from './dynamodb.ts'
import { ratesContract } from './rates.contract.ts'

describe('in memory', () => {
  const { rates } = createMemory()
  ratesContract(() => rates)
})

describe('on DynamoDB', () => {
  const stores = useDynamoDb()
  ratesContract(() => stores().rates)
})
