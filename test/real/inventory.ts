/** What an account holds after a deployment, and after the deployment is gone. */
import { type AwsRequest, askAws } from './ask-aws.ts'
import { ACCOUNT, REGION } from './aws.ts'

/** The operator's secrets keep the labels of a stack that is gone: only that of the stack has a description. */
const ofStack = { Filters: [{ Key: 'description', Values: ['Wakecall'] }] }

const LISTS: Record<string, AwsRequest> = {
  apis: { service: 'apigateway', path: '/v2/apis' },
  dashboards: { service: 'monitoring', query: { Action: 'ListDashboards', Version: '2010-08-01' } },
  functions: { service: 'lambda', path: '/2015-03-31/functions' },
  logGroups: { service: 'logs', target: 'Logs_20140328.DescribeLogGroups' },
  queues: { service: 'sqs', target: 'AmazonSQS.ListQueues' },
  roles: { service: 'iam', query: { Action: 'ListRoles', Version: '2010-05-08' } },
  rules: { service: 'events', target: 'AWSEvents.ListRules' },
  secrets: { service: 'secretsmanager', target: 'secretsmanager.ListSecrets', body: ofStack },
  tables: { service: 'dynamodb', target: 'DynamoDB_20120810.ListTables' },
  topics: { service: 'sns', query: { Action: 'ListTopics', Version: '2010-03-31' } },
}

/** The kinds of resources, of which one has the name of the project in its own. */
export async function kindsLeft(endpoint: string): Promise<string[]> {
  const left = async ([kind, request]: [string, AwsRequest]) =>
    (await askAws(endpoint, request)).includes('wakecall') ? [kind] : []
  return (await Promise.all(Object.entries(LISTS).map(left))).flat()
}

export const KINDS = Object.keys(LISTS)

export async function stackStatus(endpoint: string, StackName: string): Promise<string | undefined> {
  const query = { Action: 'DescribeStacks', Version: '2010-05-15', StackName }
  return /<StackStatus>(.*?)</.exec(await askAws(endpoint, { service: 'cloudformation', query }))?.[1]
}

const askSns = (endpoint: string, query: Record<string, string>) =>
  askAws(endpoint, { service: 'sns', query: { Version: '2010-03-31', ...query } })

/** The platform applications of SNS, like `GCM/phone`, in the order of the alphabet. */
export async function applicationsLeft(endpoint: string): Promise<string[]> {
  const xml = await askSns(endpoint, { Action: 'ListPlatformApplications' })
  return [...xml.matchAll(/<PlatformApplicationArn>[^<]*:app\/([^<]*)</g)].map(([, name = '']) => name).sort()
}

const ofApplication = (Action: string, name: string) => ({
  Action,
  PlatformApplicationArn: `arn:aws:sns:${REGION}:${ACCOUNT}:app/${name}`,
})

/** What SNS shows of a platform application, as XML. */
export async function attributesOf(endpoint: string, name: string): Promise<string> {
  const xml = await askSns(endpoint, ofApplication('GetPlatformApplicationAttributes', name))
  return /<Attributes>.*<\/Attributes>/.exec(xml)?.[0] ?? ''
}

/** The ARNs of its endpoints. */
export async function endpointsOf(endpoint: string, name: string): Promise<string[]> {
  const xml = await askSns(endpoint, ofApplication('ListEndpointsByPlatformApplication', name))
  return [...xml.matchAll(/<EndpointArn>([^<]*)</g)].map(([, arn = '']) => arn)
}
