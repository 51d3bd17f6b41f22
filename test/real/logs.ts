import { askAws } from './ask-aws.ts'

const ask = async (endpoint: string, action: string, body: object = {}) =>
  JSON.parse(await askAws(endpoint, { service: 'logs', target: `Logs_20140328.${action}`, body }))

/** Every message of the log groups whose names fit. */
export async function messagesOf(endpoint: string, groups: RegExp): Promise<string[]> {
  const { logGroups } = await ask(endpoint, 'DescribeLogGroups')
  const names = (logGroups as { logGroupName: string }[]).map(({ logGroupName }) => logGroupName)
  const messages = names
    .filter((name) => groups.test(name))
    .map(async (logGroupName) => {
      const { events } = await ask(endpoint, 'FilterLogEvents', { logGroupName })
      return (events as { message: string }[]).map(({ message }) => message)
    })
  return (await Promise.all(messages)).flat()
}
