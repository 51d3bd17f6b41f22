import { describe } from 'vitest'
import { createMemory } from '../core/memory.ts'
import { devicesContract } from './devices.contract.ts'
import { useDynamoDb } from './dynamodb.ts'

describe('in memory', () => {
  const { devices } = createMemory()
  devicesContract(() => devices)
})

describe('on DynamoDB', () => {
  const stores = useDynamoDb()
  devicesContract(() => stores().devices)
})
