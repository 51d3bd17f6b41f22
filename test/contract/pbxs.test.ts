import { describe } from 'vitest'
import { createMemory } from '../core/memory.ts'
import { useDynamoDb } from './dynamodb.ts'
import { pbxsContract } from './pbxs.contract.ts'

describe('in memory', () => {
  const { pbxs } = createMemory()
  pbxsContract(() => pbxs)
})

describe('on DynamoDB', () => {
  const stores = useDynamoDb()
  pbxsContract(() => stores().pbxs)
})
