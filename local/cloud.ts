/**
 * The cloud on localhost: the relay's own functions, DynamoDB, and an SNS with simulated Apple, Google and phones behind
 * it. A test instrument and a demo: it checks no AWS credentials and what it holds is gone when it ends.
 */
import type { Apps } from '../core/apps.ts'
import type { Pbx } from '../core/pbx.ts'
import { type Clock, systemClock } from './clock.ts'
import { startDynamo } from './dynamodb.ts'
import { listen } from './listen.ts'
import { createLogs } from './logs/server.ts'
import { createLogStore } from './logs/store.ts'
import { createPhones, type Phones, type PhoneWake } from './phones/phones.ts'
import { createProviders } from './providers/providers.ts'
import { createQueue, type Queue } from './relay/queue.ts'
import { startRelay } from './relay/relay.ts'
import { createSns } from './sns/sns.ts'

const REGION = 'eu-west-1'
const ACCOUNT = '000000000000'
const TABLE = 'wakecall-local'

/** The one mobile app of the local cloud: its name in the relay and its bundle id. */
export const LOCAL_APP = 'com.example.phone'

const groupOf = (functionName: string): string => `/wakecall/local/${functionName}`

/** What can be taken away, and comes back at the same address. */
export const CLOUD_PARTS = ['relay', 'dynamodb', 'sns'] as const
export type CloudPart = (typeof CLOUD_PARTS)[number]

export type CloudOptions = {
  port: number
  pbxs: Pbx[]
  dataDir?: string | undefined
  publishPerSecond?: number
  onWake?: (wake: PhoneWake) => void
  onSight?: () => void
  clock?: Clock
}

/**
 * `endpointEvents` is the queue between SNS's endpoint events and the function `events`; `logs` gives the messages of a log
 * group; `env` is what the functions run with.
 */
export type Cloud = {
  relayUrl: string
  env: Record<string, string>
  phones: Phones
  endpointEvents: Queue
  logs: (group: string) => string[]
  logGroups: () => string[]
  setAway: (part: CloudPart, away: boolean) => Promise<void>
  close: () => Promise<void>
}

export async function startCloud({
  port,
  pbxs,
  dataDir,
  publishPerSecond = 300,
  onWake = () => {},
  onSight = () => {},
  clock = systemClock,
}: CloudOptions): Promise<Cloud> {
  const logStore = createLogStore(clock.now)
  const endpointEvents = createQueue((batch) => relay.events(batch))
  const phones = createPhones({ clock, random: Math.random, onWake, onSight })
  const sns = createSns({
    region: REGION,
    account: ACCOUNT,
    clock,
    publishPerSecond,
    deliver: createProviders(clock, phones.receive),
    onDeliveryStatus: (group, record) => logStore.write(group, JSON.stringify(record)),
    onEndpointEvent: (event) => endpointEvents.send(JSON.stringify(event)),
  })
  const apps: Apps = {
    [LOCAL_APP]: {
      bundle: LOCAL_APP,
      voip: sns.createApplication('APNS_VOIP', 'phone-voip', LOCAL_APP),
      alert: sns.createApplication('APNS', 'phone-alert', LOCAL_APP),
      fcm: sns.createApplication('GCM', 'phone', LOCAL_APP),
    },
  }
  const servers = [await startDynamo(TABLE, dataDir), await listen(sns.server), await listen(createLogs(logStore))] as const
  const [dynamoServer, snsServer, logsServer] = servers
  const env = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoServer.url,
    AWS_ENDPOINT_URL_SNS: snsServer.url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logsServer.url,
    TABLE_NAME: TABLE,
    CALLER_KEY: 'local',
    APPS: JSON.stringify(apps),
    HISTORY_LOG_GROUP: groupOf('history'),
  }
  const closeServers = async () => void (await Promise.all(servers.map(({ close }) => close())))
  const log = (line: string) => logStore.write(groupOf(functionOf(line)), line)
  const relay = await startRelay({ port, pbxs, env, log }).catch(async (error: unknown) => {
    await closeServers()
    throw error
  })
  const parts = { relay, dynamodb: dynamoServer, sns: snsServer }
  return {
    relayUrl: relay.url,
    env,
    phones,
    endpointEvents,
    logs: (group) => logStore.read(group)?.map(({ message }) => message) ?? [],
    logGroups: logStore.groups,
    setAway: async (part, away) => parts[part].setAway(away),
    close: async () => {
      await relay.close()
      await closeServers()
    },
  }
}

/** A function's log lines say whose they are; AWS keeps a group for each. */
const functionOf = (line: string): string => /"service":"(\w+)"/.exec(line)?.[1] ?? 'unknown'
