import { connect } from 'node:net'
import { CreatePlatformApplicationCommand, CreateTopicCommand, ListPlatformApplicationsCommand } from '@aws-sdk/client-sns'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTIONS } from '../../local/sns/actions.ts'
import { simulatedCredentials } from '../../local/sns/credentials.ts'
import { startSns } from './sns-harness.ts'

const post = (endpoint: string, body: string) => fetch(endpoint, { method: 'POST', body: new URLSearchParams(body) })

describe('the query protocol', () => {
  test('answers XML with a request id', async () => {
    const { client, endpoint } = await startSns()
    const Attributes = simulatedCredentials('GCM', '')
    const create = new CreatePlatformApplicationCommand({ Name: 'phone', Platform: 'GCM', Attributes })
    const { PlatformApplicationArn: arn } = await client.send(create)
    const response = await post(endpoint, 'Action=ListPlatformApplications&Version=2010-03-31')
    const id = response.headers.get('x-amzn-requestid')
    expect(response.headers.get('content-type')).toBe('text/xml')
    expect(await response.text()).toBe(
      '<ListPlatformApplicationsResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListPlatformApplicationsResult>' +
        `<PlatformApplications><member><PlatformApplicationArn>${arn}</PlatformApplicationArn><Attributes><entry>` +
        '<key>Enabled</key><value>true</value></entry></Attributes></member></PlatformApplications>' +
        `</ListPlatformApplicationsResult><ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>` +
        '</ListPlatformApplicationsResponse>',
    )
  })

  test.each([
    ['no action', '', 'InvalidAction'],
    ['an unknown action', 'Action=Boil&Version=2010-03-31', 'InvalidAction'],
    ["an object's own name", 'Action=toString&Version=2010-03-31', 'InvalidAction'],
    ['another version', 'Action=ListPlatformApplications&Version=2011-01-01', 'InvalidAction'],
    ['a missing parameter', 'Action=Publish&Version=2010-03-31', 'InvalidParameter'],
  ])('%s is an error of the sender', async (_, body, code) => {
    const { endpoint } = await startSns()
    const response = await post(endpoint, body)
    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(
      new RegExp(
        `^<ErrorResponse xmlns="[^"]+"><Error><Type>Sender</Type><Code>${code}</Code><Message>[^<]+</Message></Error>` +
          '<RequestId>[0-9a-f-]{36}</RequestId></ErrorResponse>$',
      ),
    )
  })

  test("topics are not of mobile push: SNS's error for an unknown action", async () => {
    const { client } = await startSns()
    await expect(client.send(new CreateTopicCommand({ Name: 'topic' }))).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'Could not find operation CreateTopic for version 2010-03-31',
    })
  })

  test('a client that goes away in the middle of a request does no harm', async () => {
    const { client, endpoint } = await startSns()
    const { port, hostname } = new URL(endpoint)
    await new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write('POST / HTTP/1.1\r\nHost: sns\r\nContent-Length: 100\r\n\r\nAction=', () => socket.destroy())
      }).on('close', resolve)
    })
    await client.send(new ListPlatformApplicationsCommand({}))
  })

  test('whatever an action is given, its answer is no internal error', async () => {
    const { endpoint, createApplication } = await startSns()
    const application = createApplication('GCM', 'phone', '')
    const created = await post(
      endpoint,
      `Action=CreatePlatformEndpoint&Version=2010-03-31&Token=t&PlatformApplicationArn=${application}`,
    )
    const target = /<EndpointArn>(.*)<\/EndpointArn>/.exec(await created.text())?.[1] ?? ''
    const names = ['PlatformApplicationArn', 'EndpointArn', 'TargetArn', 'Token', 'Name', 'Platform', 'Message', 'NextToken']
    const maps = ['Attributes.entry.1.key', 'Attributes.entry.1.value', 'MessageAttributes.entry.1.Name', 'MessageStructure']
    const values = [application, target, 'GCM', 'json', '{"GCM":"{}"}', '__proto__', 'Token', 'AWS.SNS.MOBILE.GCM.TTL', 'MA==']
    const parameter = fc.tuple(
      fc.constantFrom(...names, ...maps),
      fc.oneof(fc.constantFrom(...values), fc.string({ unit: 'grapheme' })),
    )
    const body = fc.tuple(fc.constantFrom(...Object.keys(ACTIONS)), fc.array(parameter, { maxLength: 8 }))
    await fc.assert(
      fc.asyncProperty(body, async ([action, parameters]) => {
        const form = new URLSearchParams([['Action', action], ['Version', '2010-03-31'], ...parameters])
        expect((await post(endpoint, form.toString())).status).toBeLessThan(500)
      }),
      { numRuns: 300 },
    )
  })
})
