import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SNSClient } from '@aws-sdk/client-sns'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { NodeHttpHandler } from '@smithy/node-http-handler'

/**
 * Timeouts for a call that rings now, in ms: with the SDK's defaults (no request timeout, three attempts) one lost
 * packet would hold a call for longer than its caller waits. Each client has its own connections.
 */
const forCalls = () => ({
  maxAttempts: 2,
  requestHandler: new NodeHttpHandler({ connectionTimeout: 500, requestTimeout: 1000, throwOnRequestTimeout: true }),
})

/** Made once, when the function starts cold. */
export const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(forCalls()), {
  marshallOptions: { removeUndefinedValues: true },
})
export const sns = new SNSClient(forCalls())
