import { SNSClient } from '@aws-sdk/client-sns'
import { onTestFinished } from 'vitest'
import { virtualClock } from '../../local/clock.ts'
import { listen } from '../../local/listen.ts'
import { createPhones, type PhoneWake } from '../../local/phones/phones.ts'
import { createProviders } from '../../local/providers/providers.ts'
import type { Surroundings } from '../../local/sns/delivery.ts'
import type { DeliveryRecord, EndpointEvent } from '../../local/sns/records.ts'
import { createSns } from '../../local/sns/sns.ts'

const HOME = { region: 'eu-west-1', account: '123456789012' }
export const START = Date.parse('2026-01-26T23:07:39.540Z')

type Settings = { publishPerSecond?: number; deliver?: Surroundings['deliver'] }

/** A simulated SNS on a real socket with a virtual clock, simulated providers and phones, and the AWS SDK as its client. */
export async function startSns({ publishPerSecond = 300, deliver }: Settings = {}) {
  const clock = virtualClock(START)
  const wakes: PhoneWake[] = []
  const records: [logGroup: string, record: DeliveryRecord][] = []
  const events: EndpointEvent[] = []
  const topics: string[] = []
  const phones = createPhones({ clock, random: () => 0.5, onWake: (wake) => wakes.push(wake) })
  const { server, createApplication } = createSns({
    ...HOME,
    clock,
    publishPerSecond,
    deliver: deliver ?? createProviders(clock, phones.receive),
    onDeliveryStatus: (...logged) => records.push(logged),
    onEndpointEvent: (event, topicArn) => {
      events.push(event)
      topics.push(topicArn)
    },
  })
  const { url: endpoint, close } = await listen(server)
  const credentials = { accessKeyId: 'simulated', secretAccessKey: 'simulated' }
  const client = new SNSClient({ endpoint, region: HOME.region, credentials, maxAttempts: 1 })
  onTestFinished(async () => {
    client.destroy()
    await close()
  })
  return { client, clock, createApplication, endpoint, events, phones, records, topics, wakes }
}
