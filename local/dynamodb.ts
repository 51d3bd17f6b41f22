import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { type Listening, listen } from './listen.ts'

/** DynamoDB on localhost (dynalite) with the relay's table: in memory, or kept in `dataDir`. */
export async function startDynamo(table: string, dataDir?: string): Promise<Listening> {
  const dynamo = await listen(dynalite({ createTableMs: 0, ...(dataDir && { path: dataDir }) }))
  await createTable(dynamo.url, table)
  return dynamo
}

/** The keys as lib/table.ts defines them. A table that is there already is as good. */
async function createTable(endpoint: string, table: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials })
  const command = new CreateTableCommand({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  })
  try {
    await client.send(command)
  } catch (error) {
    if ((error as Error).name !== 'ResourceInUseException') throw error
  } finally {
    client.destroy()
  }
}
