import type { Server, ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { type Listening, listen } from './listen.ts'

/** DynamoDB on localhost (dynalite) with the relay's table: in memory, or kept in `dataDir`. */
export async function startDynamo(table: string, dataDir?: string): Promise<Listening> {
  const server = dynalite({ createTableMs: 0, ...(dataDir && { path: dataDir }) })
  const idle = idleOf(server)
  const listening = await listen(server)
  await createTable(listening.url, table)
  return { ...listening, close: () => idle().then(listening.close) }
}

const PATIENCE_MS = 2_000

/** Dynalite throws where its store is closed under a request, and goes on with one whose client is gone. */
function idleOf(server: Server): () => Promise<void> {
  const underWay = new Set<ServerResponse>()
  server.prependListener('request', (request, response) => {
    underWay.add(response)
    const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse
    response.end = (...args: unknown[]) => {
      underWay.delete(response)
      return end(...args)
    }
    request.once('close', () => !request.complete && underWay.delete(response))
  })
  return async () => {
    const deadline = performance.now() + PATIENCE_MS
    while (underWay.size > 0 && performance.now() < deadline) await setImmediate()
  }
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
