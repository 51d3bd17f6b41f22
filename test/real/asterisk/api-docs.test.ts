/** What the application reads and asks is there in Asterisk's own description of its interface. */
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../../local/listen.ts'
import { EVENT_SCHEMAS } from '../../../pbx/asterisk/ari/events.ts'
import { type Ari, openAri } from '../../../pbx/asterisk/ari/rest.ts'
import { startAsterisk } from '../asterisk.ts'
import { type Namespace, openNamespace } from '../namespace.ts'
import { ARI, settingsFiles } from './settings.ts'

type Model = { properties: Record<string, { type: string; required?: boolean }> }
type Operation = { httpMethod: string; parameters?: { name: string; paramType: string }[] }
type Docs = { apis: { path: string; operations: Operation[] }[]; models: Record<string, Model> }

const NAMES = ['applications', 'asterisk', 'channels', 'endpoints', 'events']

let namespace: Namespace
let docs: Docs[]
beforeAll(async () => {
  namespace = await openNamespace()
  await startAsterisk(namespace, settingsFiles({ endpoints: [] }))
  const read = (name: string) =>
    namespace.run(['curl', '-sSf', '-u', `${ARI.username}:${ARI.password}`, `${ARI.url}/api-docs/${name}.json`])
  docs = await Promise.all(NAMES.map(async (name) => JSON.parse(await read(name)) as Docs))
})
afterAll(() => namespace?.close())

/** A schema of valibot, as far as it is looked into here. */
type Schema = { type: string; entries?: Record<string, Schema>; wrapped?: Schema }

/** What our schema wants and the model does not promise, by its path. */
function missing(schema: Schema, model: Model | undefined, path: string): string[] {
  return Object.entries(schema.entries ?? {}).flatMap(([name, entry]) => {
    const property = model?.properties[name]
    if (!property) return [`${path}.${name}`]
    if (entry.type !== 'optional' && !property.required) return [`${path}.${name}, which may be missing`]
    return missing(entry.wrapped ?? entry, models()[property.type], `${path}.${name}`)
  })
}

const models = () => Object.assign({}, ...docs.map((doc) => doc.models)) as Docs['models']

test.each(Object.entries(EVENT_SCHEMAS))('the event %s', (type, schema) => {
  expect(models()).toHaveProperty(type)
  expect(missing(schema as Schema, models()[type], type)).toEqual([])
})

test('a field that no event has is noticed', () => {
  const schema: Schema = { type: 'object', entries: { channel: { type: 'object', entries: { colour: { type: 'string' } } } } }
  expect(missing(schema, models().StasisStart, 'StasisStart')).toEqual(['StasisStart.channel.colour'])
})

const LEG = { id: 'a', endpoint: 'PJSIP/a', originator: 'b', callerId: '<1>', seconds: 1, variables: {} }

const CALLS: Record<Exclude<keyof Ari, 'application' | 'close'>, (ari: Ari) => Promise<unknown>> = {
  info: (ari) => ari.info(),
  subscribe: (ari) => ari.subscribe(['StasisStart']),
  unsubscribe: (ari) => ari.unsubscribe(),
  channels: (ari) => ari.channels(),
  ring: (ari) => ari.ring('a'),
  progress: (ari) => ari.progress('a'),
  music: (ari) => ari.music('a', 'default'),
  get: (ari) => ari.get('a', 'B'),
  set: (ari) => ari.set('a', { B: 1 }),
  hasApplication: (ari) => ari.hasApplication('a'),
  userEvent: (ari) => ari.userEvent('a', 'b'),
  storedContact: (ari) => ari.storedContact('a', 'sip:a@b'),
  originate: (ari) => ari.originate(LEG),
  continue: (ari) => ari.continue('a'),
  hangup: (ari) => ari.hangup('a', 'answered_elsewhere'),
}

/** `METHOD /path?parameter` of everything that is asked, parameters by their names. */
async function asked(call: (ari: Ari) => Promise<unknown>): Promise<{ method: string; url: URL }[]> {
  const requests: { method: string; url: URL }[] = []
  const { url, close } = await listen(
    createServer((request, response) => {
      requests.push({ method: request.method ?? '', url: new URL(request.url ?? '', 'http://asterisk') })
      response.end('[]')
    }),
  )
  const ari = openAri({ ...ARI, url, application: 'wakecall' })
  await call(ari)
  ari.close()
  await close()
  return requests
}

const operationOf = (method: string, path: string): Operation | undefined =>
  docs
    .flatMap(({ apis }) => apis)
    .filter((api) => new RegExp(`^${api.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path))
    .flatMap(({ operations }) => operations)
    .find(({ httpMethod }) => httpMethod === method)

function fault({ method, url }: { method: string; url: URL }): string | undefined {
  const operation = operationOf(method, url.pathname)
  if (!operation) return `${method} ${url.pathname}`
  const known = operation.parameters?.filter(({ paramType }) => paramType === 'query').map(({ name }) => name) ?? []
  return [...url.searchParams.keys()].find((name) => !known.includes(name))
}

test.each(Object.entries(CALLS))('the call %s', async (_, call) => {
  const requests = await asked(call)
  expect(requests.length).toBeGreaterThan(0)
  expect(requests.map(fault)).toEqual(requests.map(() => undefined))
})

test('a call or a parameter that there is none of is noticed', () => {
  expect(fault({ method: 'PATCH', url: new URL('http://asterisk/channels') })).toBe('PATCH /channels')
  expect(fault({ method: 'DELETE', url: new URL('http://asterisk/channels/a?colour=red') })).toBe('colour')
})
