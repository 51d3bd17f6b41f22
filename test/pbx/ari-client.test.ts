import { describe, expect, onTestFinished, test } from 'vitest'
import { EVENT_TYPES, readEvent } from '../../pbx/asterisk/ari/events.ts'
import { AriRefused, ignoreGone, openAri } from '../../pbx/asterisk/ari/rest.ts'
import { quoted } from '../../pbx/asterisk/call/caller-id.ts'
import { openHttp } from '../../pbx/http.ts'
import { until } from './ari-harness.ts'
import { type Fate, startStubAri } from './stub-ari.ts'

async function client() {
  const stub = await startStubAri()
  const ari = openAri(stub.place)
  onTestFinished(ari.close)
  return { stub, ari }
}

const refused = async (work: Promise<unknown>) => {
  const error = await work.catch((reason) => reason)
  expect(error).toBeInstanceOf(AriRefused)
  return error as AriRefused
}

describe('what is asked', () => {
  const caller = { name: 'O"Brien \\ & Søn; 100%+', number: '+442079460000' }
  const uri = 'sip:1001@192.0.2.1:5060;transport=tcp;pn-prid=a%20b:voip&x-grr=#1+2'
  const variables = { WAKECALL_URI: uri, 'PJSIP_HEADER(add,X-A)': 'a=b&c' }

  test('a leg is originated with its contact and names as they are, whatever stands in them', async () => {
    const { stub, ari } = await client()
    const id = stub.call(['1001'])
    const endpoint = `PJSIP/1001/${uri}`
    await ari.originate({ id: 'wakecall-a/b', endpoint, originator: id, callerId: quoted(caller), seconds: 20.2, variables })
    const [asked] = stub.to('POST', /wakecall-a/)
    expect(asked?.path).toBe('/ari/channels/wakecall-a%2Fb')
    const callerId = '"O\\"Brien \\\\ & Søn; 100%+" <+442079460000>'
    expect(asked?.query).toEqual({ endpoint, callerId, originator: id, app: 'wakecall', appArgs: 'wakecall-leg', timeout: '21' })
    expect(asked?.body).toEqual({ variables })
    expect(stub.legs()[0]?.id).toBe('wakecall-a/b')
  })

  test('without an originator there is none in the query', async () => {
    const { stub, ari } = await client()
    await ari.originate({ id: 'l', endpoint: 'PJSIP/1001/x', originator: undefined, callerId: '', seconds: 1, variables: {} })
    expect(stub.asked[0]?.query).not.toHaveProperty('originator')
  })

  test('variables and functions are set at once, and read', async () => {
    const { stub, ari } = await client()
    const id = stub.call(['1001'])
    stub.contacts.set("o'b & co", ['sip:a', 'sip:b'])
    await ari.set(id, { WAKECALL_STATUS: 'BUSY', 'TIMEOUT(absolute)': 35, WAKECALL_PEER: '' })
    expect(stub.channels.get(id)?.variables).toMatchObject({
      WAKECALL_STATUS: 'BUSY',
      'TIMEOUT(absolute)': '35',
      WAKECALL_PEER: '',
    })
    expect(await ari.get(id, 'WAKECALL_STATUS')).toBe('BUSY')
    expect(await ari.get(id, "PJSIP_DIAL_CONTACTS(o'b & co)")).toBe("PJSIP/o'b & co/sip:a&PJSIP/o'b & co/sip:b")
  })

  test('a music class with spaces, and a progress that an older Asterisk cannot do alone', async () => {
    const { stub, ari } = await client()
    const id = stub.call(['1001'])
    await ari.music(id, 'on hold & on')
    expect(stub.asked[0]?.query).toEqual({ mohClass: 'on hold & on' })
    stub.fate = ({ path }) => (path.endsWith('/progress') ? { status: 404 } : undefined)
    await ari.progress(id)
    expect(stub.asked.map(({ path }) => path.split('/').at(-1))).toEqual(['moh', 'progress', 'ring'])
  })

  test('before there are filters a subscription is enough; one that is refused is not', async () => {
    const { stub, ari } = await client()
    stub.fate = ({ path }) => ({ status: path.endsWith('/eventFilter') ? 404 : 204 })
    await ari.subscribe(EVENT_TYPES)
    expect(stub.to('PUT', /eventFilter/)[0]?.body).toEqual({ allowed: EVENT_TYPES.map((type) => ({ type })) })
    stub.fate = () => ({ status: 403, body: '{"message":"Write access denied"}' })
    expect(await refused(ari.subscribe(EVENT_TYPES))).toMatchObject({ status: 403, message: 'Write access denied' })
  })
})

describe('a refusal', () => {
  test.each([404, 409, 412])('%i is what a hangup leaves behind', async (status) => {
    const { stub, ari } = await client()
    stub.fate = () => ({ status })
    expect((await refused(ari.ring('x'))).gone).toBe(true)
    await ari.hangup('x', 'normal').catch(ignoreGone)
  })

  test.each([400, 401, 403, 500, 503])('%i is told', async (status) => {
    const { stub, ari } = await client()
    stub.fate = () => ({ status })
    expect(await refused(ari.ring('x').catch(ignoreGone))).toMatchObject({ status, gone: false })
  })

  test.each([
    ['{"message":"Channel not found"}', 'Channel not found'],
    ['{"error":"Invalid parameter"}', 'Invalid parameter'],
    ['<html>no</html>', 'HTTP 500'],
    ['', 'HTTP 500'],
    ['null', 'HTTP 500'],
  ])('says what Asterisk says: %j', async (body, says) => {
    const { stub, ari } = await client()
    stub.fate = () => ({ status: 500, body })
    expect((await refused(ari.ring('x'))).message).toBe(says)
  })

  test('a wrong password', async () => {
    const stub = await startStubAri()
    const ari = openAri({ ...stub.place, password: 'another' })
    onTestFinished(ari.close)
    expect(await refused(ari.info())).toMatchObject({ status: 401, gone: false })
    expect(await ari.hasApplication('wakecall')).toBe(false)
  })
})

describe('connections', () => {
  test('a hundred requests at once take turns on sixteen', async () => {
    const { stub, ari } = await client()
    const held = Promise.withResolvers<Fate>()
    stub.fate = () => held.promise
    const all = Promise.all(Array.from({ length: 100 }, (_, i) => ari.ring(`channel-${i}`)))
    await until(() => expect(stub.asked).toHaveLength(16))
    held.resolve({ status: 204 })
    await all
    expect(stub.asked).toHaveLength(100)
    expect(stub.connections).toBe(16)
  })

  test('one after the other keeps its connection', async () => {
    const { stub, ari } = await client()
    for (let i = 0; i < 5; i++) await ari.info()
    expect(stub.connections).toBe(1)
  })

  test.each<[string, Fate]>([
    ['begins', 'hang'],
    ['ends', 'stall'],
  ])('an answer that never %s is an error, and frees its connection', async (_, fate) => {
    const stub = await startStubAri()
    const http = openHttp(stub.place, 50, 1)
    onTestFinished(http.close)
    stub.fate = () => fate
    const asked = Array.from({ length: 17 }, () => http.ask('GET', '/channels').catch((error) => error.code))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['ETIMEDOUT']))
    stub.fate = () => ({ status: 200, body: '[]' })
    expect(await http.ask('GET', '/channels')).toMatchObject({ status: 200, body: [] })
  })

  test('nobody listens', async () => {
    const http = openHttp({ url: 'http://127.0.0.1:1/ari' }, 1_000, 1)
    await expect(http.ask('GET', '/channels')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('events', () => {
  const channel = { id: '1', name: 'PJSIP/a', state: 'Up', caller: { name: '', number: '1' }, dialplan: {} }

  test('what is known is read, and what else stands there is left', () => {
    const event = { type: 'StasisEnd', channel: { ...channel, caller_rdnis: '', new_in_asterisk_30: { a: 1 } }, also: 1 }
    expect(readEvent(JSON.stringify(event))).toEqual({ type: 'StasisEnd', channel })
  })

  test.each(['ChannelUserevent', 'OfAsterisk30', 'toString', '__proto__'])('the type %s is nothing to anybody', (type) => {
    expect(readEvent(JSON.stringify({ type }))).toBeUndefined()
  })

  test.each([
    ['{"type":"StasisStart"', 'is no event of ARI'],
    ['', 'is no event of ARI'],
    ['null', 'is no event of ARI'],
    ['[]', 'is no event of ARI'],
    ['{"type":7}', 'is no event of ARI'],
    ['{"type":"StasisEnd"}', 'StasisEnd: /channel'],
    [JSON.stringify({ type: 'ChannelDestroyed', channel }), 'ChannelDestroyed: /cause'],
    [JSON.stringify({ type: 'StasisStart', channel, args: [1] }), 'StasisStart: /args/0'],
  ])('%s', (text, fault) => {
    expect(readEvent(text)).toEqual({ fault: expect.stringContaining(fault) })
  })
})
