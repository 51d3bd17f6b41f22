/** AWS on localhost with what the emulator lacks: SNS's mobile push with Apple, Google and phones, and JSON filter patterns. */
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { systemClock as clock } from '../../local/clock.ts'
import { listen } from '../../local/listen.ts'
import { createPhones, type Phones, type PhoneWake } from '../../local/phones/phones.ts'
import { createProviders } from '../../local/providers/providers.ts'
import { createSns } from '../../local/sns/sns.ts'
import { ACCOUNT, type Aws, CREDENTIALS, freeAddress, REGION, startAws } from './aws.ts'
import { createJsonPatterns } from './json-patterns.ts'

const STREAM = 'sns'

/** `untold` is what SNS wanted to tell and could not. */
export type Cloud = Aws & { endpoint: string; pushEndpoint: string; phones: Phones; untold: unknown[] }

/** SNS tells as that of AWS does: delivery status to the log groups of the stack, endpoint events to its topic. */
export async function startCloud(onWake: (wake: PhoneWake) => void): Promise<Cloud> {
  const endpoint = await freeAddress()
  const connection = { endpoint, region: REGION, credentials: CREDENTIALS }
  const [logs, topics] = [new CloudWatchLogsClient(connection), new SNSClient(connection)]
  const untold: unknown[] = []
  const tell = (told: Promise<unknown>) => void told.catch((error) => untold.push(error))

  async function write(logGroupName: string, record: object): Promise<void> {
    const stream = { logGroupName, logStreamName: STREAM }
    await logs.send(new CreateLogStreamCommand(stream)).catch((error) => {
      if (error.name !== 'ResourceAlreadyExistsException') throw error
    })
    const logEvents = [{ timestamp: clock.now(), message: JSON.stringify(record) }]
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents }))
  }

  const phones = createPhones({ clock, random: Math.random, onWake })
  const sns = createSns({
    region: REGION,
    account: ACCOUNT,
    clock,
    publishPerSecond: 300,
    deliver: createProviders(clock, phones.receive),
    onDeliveryStatus: (group, record) => tell(write(group, record)),
    onEndpointEvent: (event, TopicArn) => tell(topics.send(new PublishCommand({ TopicArn, Message: JSON.stringify(event) }))),
  })
  const [push, patterns] = await Promise.all([listen(sns.server), listen(createJsonPatterns(endpoint))])
  const aws = await startAws(endpoint, { AWS_ENDPOINT_URL_SNS: push.url, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: patterns.url })
  return {
    ...aws,
    endpoint,
    pushEndpoint: push.url,
    phones,
    untold,
    close: async () => {
      await Promise.all([aws.close(), push.close(), patterns.close()])
      logs.destroy()
      topics.destroy()
    },
  }
}
