import { randomUUID } from 'node:crypto'
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll } from 'vitest'
import { startDynamo } from '../../local/dynamodb.ts'
import type { Stores } from '../core/memory.ts'

/** Without credentials of its own the SDK would look for some on the network. */
export const LOCAL_CREDENTIALS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }

/**
 * The stores of lambdas/aws for the tests of one file. They run on dynalite, or, with `WAKECALL_DYNAMODB_ENDPOINT` (for
 * example `http://127.0.0.1:8000`, a DynamoDB Local), on that endpoint, in a table that is made for them and deleted after.
 */
export function useDynamoDb(): () => Stores & { table: string } {
  let opened: { stores: Stores & { table: string }; close: () => Promise<unknown> } | undefined
  beforeAll(async () => {
    opened = await open(`contract-${randomUUID()}`)
  })
  afterAll(() => opened?.close())
  return () => {
    if (!opened) throw new Error('the table is there while tests run only')
    return opened.stores
  }
}

async function open(table: string) {
  const { WAKECALL_DYNAMODB_ENDPOINT: given } = process.env
  const { url, close } = given ? await makeTable(given, table) : await startDynamo(table)
  // The adapters make their clients when they are imported, from the environment.
  Object.assign(process.env, LOCAL_CREDENTIALS, { AWS_ENDPOINT_URL_DYNAMODB: url })
  const [{ createDeviceStore }, { createEndpointLinks }, { createClaims }, { createPbxStore, createRateStore }] =
    await Promise.all([
      import('../../lambdas/aws/devices.ts'),
      import('../../lambdas/aws/links.ts'),
      import('../../lambdas/aws/claims.ts'),
      import('../../lambdas/aws/pbxs.ts'),
    ])
  const stores = {
    table,
    devices: createDeviceStore(table),
    links: createEndpointLinks(table),
    claims: createClaims(table),
    pbxs: createPbxStore(table),
    rates: createRateStore(table),
  }
  return { stores, close }
}

async function makeTable(endpoint: string, table: string) {
  const credentials = {
    accessKeyId: LOCAL_CREDENTIALS.AWS_ACCESS_KEY_ID,
    secretAccessKey: LOCAL_CREDENTIALS.AWS_SECRET_ACCESS_KEY,
  }
  const client = new DynamoDBClient({ endpoint, region: LOCAL_CREDENTIALS.AWS_REGION, credentials })
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: table })
  return {
    url: endpoint,
    close: async () => {
      await client.send(new DeleteTableCommand({ TableName: table }))
      client.destroy()
    },
  }
}
