import { describe } from 'vitest'
import { createMemory } from '../core/memory.ts'
import { useDynamoDb } from './dynamodb.ts'
import { linksContract } from './links.contract.ts'

describe('in memory', () => {
  const { links } = createMemory()
  linksContract(() => links)
})

describe('on DynamoDB', () => {
  const stores = useDynamoDb()
  linksContract(() => stores().links)
})
