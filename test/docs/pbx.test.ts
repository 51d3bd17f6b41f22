import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runBoth } from '../client/harness.ts'

const docs = new URL('../../docs/', import.meta.url)
const page = readFileSync(new URL('pbx.md', docs), 'utf8')
const blocks = [...page.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, block = '']) => block)

const recipes = readdirSync(new URL('recipes/', docs), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, 'utf8'))

test('it shows every recipe as it is', () => {
  expect(recipes.filter((text) => !blocks.includes(text))).toEqual([])
  expect(blocks).not.toContain(`${recipes[0]}\n`)
})

/** The form of a curl line of the page, of the first one that has `part`. */
const formOf = (route: string, part = ''): URLSearchParams => {
  const line = blocks.find((block) => block.startsWith('curl') && block.includes(`/${route} `) && block.includes(part)) ?? ''
  return new URLSearchParams(
    [...line.matchAll(/--data-urlencode (\w+)=(\S+)/g)].map(([, name = '', value = '']): [string, string] => [name, value]),
  )
}

test('its curl lines are what the PNS takes', async () => {
  const { relay, pns } = await runBoth()
  await pns.post('/register', { extension: '1001', platform: 'ios', token: 'aa'.repeat(32), deviceId: 'ada-phone' })
  const ask = (route: string, body = formOf(route)) =>
    pns.ask(`/${route}`, { method: 'POST', headers: { accept: 'text/plain' }, body })
  expect(await ask('push_call')).toMatchObject({ status: 200, text: '1' })
  expect(await ask('woke')).toMatchObject({ status: 200, text: '1' })
  expect(await ask('push_call', formOf('push_call', 'wait=ready'))).toMatchObject({ status: 200, text: '1' })
  expect(await ask('cancel_call')).toMatchObject({ status: 200, text: '1' })
  expect(relay.to('POST', '/v1/calls')[0]?.body).toMatchObject({ from: { number: '+442079460000' } })
  expect((await ask('push_call', new URLSearchParams({ from: '1' }))).status).toBe(400)
})
