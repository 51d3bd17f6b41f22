import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { parseAddress, userOf } from '../../../pbx/kamailio/sip/address.ts'
import { openSip, type ServerInvite } from '../../../pbx/kamailio/sip/endpoint.ts'
import { formatSip, headerOf, headersOf, parseSip, responseTo, type SipRequest } from '../../../pbx/kamailio/sip/message.ts'
import { until } from '../ari-harness.ts'

const INVITE = [
  'INVITE sip:1001@example.com SIP/2.0',
  'v: SIP/2.0/UDP 127.0.0.1:7463;branch=z9hG4bKa;rport',
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb',
  'f: "Ada \\"the\\" First" <sip:1002@example.com>;tag=x',
  't: <sip:1001@example.com>',
  'i: call',
  'CSeq: 1 INVITE',
  'X-Folded: one',
  ' two',
  'l: 4',
  '',
  'body',
].join('\r\n')

describe('a message', () => {
  test('is read with compact names, repeated and folded headers, and a body', () => {
    const message = parseSip(INVITE) as SipRequest
    expect(message).toMatchObject({ method: 'INVITE', uri: 'sip:1001@example.com', body: 'body' })
    expect(headersOf(message, 'via')).toHaveLength(2)
    expect(headerOf(message, 'Call-ID')).toBe('call')
    expect(headerOf(message, 'x-folded')).toBe('one two')
    expect(headerOf(message, 'Contact')).toBeUndefined()
  })

  test.each(['', '\r\n\r\n', 'hello', 'INVITE sip:a SIP/2.0\r\nno colon\r\n\r\n', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'])(
    '%j is none',
    (text) => {
      expect(parseSip(text)).toBeUndefined()
    },
  )

  test('is answered with what belongs to its transaction, and a tag', () => {
    const text = formatSip(responseTo(parseSip(INVITE) as SipRequest, 180, 'Ringing', { tag: 't' }))
    expect(parseSip(text)).toMatchObject({ status: 180, reason: 'Ringing', body: '' })
    expect(text).toContain('t: <sip:1001@example.com>;tag=t\r\n')
    expect(text).toMatch(/Content-Length: 0\r\n\r\n$/)
  })
})

test.each([
  ['"Ada \\"the\\" First" <sip:1002@example.com;user=phone>;tag=x', 'Ada "the" First', 'sip:1002@example.com;user=phone', '1002'],
  ['Ada <sips:ada%20b@example.com>', 'Ada', 'sips:ada%20b@example.com', 'ada b'],
  ['sip:1002;x=y:secret@example.com;tag=x', undefined, 'sip:1002', undefined],
  ['<tel:+442079460000;phone-context=x>', undefined, 'tel:+442079460000;phone-context=x', '+442079460000'],
  ['<sip:example.com>', undefined, 'sip:example.com', undefined],
])('the address %s', (text, name, uri, user) => {
  const address = parseAddress(text)
  expect([address?.name, address?.uri]).toEqual([name, uri])
  expect(userOf(address?.uri ?? '')).toBe(user)
})

test.each(['', 'nobody', '<sip:a'])('%j is no address', (text) => expect(parseAddress(text)).toBeUndefined())

/** The holder's end of the wire, and Kamailio's. */
async function openWire() {
  const peer = createSocket('udp4')
  peer.bind(0, '127.0.0.1')
  await once(peer, 'listening')
  const received: string[] = []
  peer.on('message', (bytes) => void received.push(bytes.toString()))
  const [invites, cancelled, requests] = [[] as ServerInvite[], [] as string[], [] as string[]]
  const sip = await openSip({
    listen: { host: '127.0.0.1', port: 0 },
    peer: { host: '127.0.0.1', port: peer.address().port },
    log: pino({ level: 'silent' }),
    handlers: {
      onInvite: (invite) => void invites.push(invite),
      onCancel: (_, cancel) => void cancelled.push(headerOf(cancel, 'Reason') ?? ''),
      onRequest(request) {
        requests.push(request.method)
        return { status: 200, reason: 'OK' }
      },
    },
  })
  onTestFinished(async () => {
    peer.close()
    await sip.close()
  })
  const port = Number(sip.address.split(':')[1])
  const heard = (start: string) => received.filter((text) => text.startsWith(start))
  return {
    sip,
    invites,
    cancelled,
    requests,
    heard,
    send: (text: string, from = peer) => from.send(text, port, '127.0.0.1'),
    /** The first message of ours that begins so. */
    first: (start: string) =>
      until(() => {
        const [text] = heard(start)
        expect(text, start).toBeDefined()
        return parseSip(text ?? '') as SipRequest
      }),
    reply: (request: SipRequest, status: number, headers: [string, string][] = []) =>
      peer.send(formatSip(responseTo(request, status, 'x', { tag: 'p', headers })), port, '127.0.0.1'),
  }
}

const requestOf = (method: string, more = '') =>
  INVITE.replace(/^INVITE/, method)
    .replace('1 INVITE', `1 ${method}`)
    .replace('l: 4\r\n\r\nbody', `${more}l: 0\r\n\r\n`)

describe('as a server', () => {
  test('an INVITE is told once, its repeats get the last answer, and the final one is repeated until the ACK', async () => {
    const { send, invites, heard } = await openWire()
    send(INVITE)
    await until(() => expect(invites).toHaveLength(1))
    invites[0]?.respond(180, 'Ringing')
    send(INVITE)
    await until(() => expect(heard('SIP/2.0 180')).toHaveLength(2))
    expect(invites).toHaveLength(1)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    invites[0]?.respond(480, 'Nobody')
    invites[0]?.respond(486, 'Too late')
    vi.advanceTimersByTime(1_600)
    vi.useRealTimers()
    await until(() => expect(heard('SIP/2.0 480')).toHaveLength(3))
    send(requestOf('ACK'))
    expect(heard('SIP/2.0 486')).toEqual([])
  })

  test('a CANCEL ends its INVITE, and says why; that of an INVITE from before this process does, too', async () => {
    const { send, invites, cancelled, heard } = await openWire()
    send(requestOf('CANCEL'))
    await until(() => expect(heard('SIP/2.0 487')).toEqual([expect.stringContaining('CSeq: 1 INVITE')]))
    send(requestOf('ACK'))
    expect(cancelled).toEqual([])
    const other = (text: string) => text.replaceAll('z9hG4bKa', 'z9hG4bKc')
    send(other(INVITE))
    await until(() => expect(invites).toHaveLength(1))
    send(other(requestOf('CANCEL', 'Reason: SIP;cause=200\r\n')))
    await until(() => expect(cancelled).toEqual(['SIP;cause=200']))
    await until(() => expect(heard('SIP/2.0 487')).toHaveLength(2))
  })

  test('a NOTIFY is told once, however often it comes', async () => {
    const { send, requests, heard } = await openWire()
    for (let times = 0; times < 3; times++) send(requestOf('NOTIFY'))
    await until(() => expect(heard('SIP/2.0 200')).toHaveLength(3))
    expect(requests).toEqual(['NOTIFY'])
  })

  test('nobody else is listened to', async () => {
    const { send, invites, requests } = await openWire()
    const stranger = createSocket('udp4')
    onTestFinished(() => void stranger.close())
    stranger.bind(0, '127.0.0.1')
    await once(stranger, 'listening')
    send(INVITE, stranger)
    send(requestOf('NOTIFY'))
    await until(() => expect(requests).toEqual(['NOTIFY']))
    expect(invites).toEqual([])
  })
})

describe('as a client', () => {
  test('a request is repeated until it is answered, and rejects when it is not', async () => {
    const { sip, first, reply } = await openWire()
    const answered = sip.request('OPTIONS', 'sip:a@b', [], 5_000)
    const request = await first('OPTIONS')
    reply(request, 200, [['X-Counters', 'a=1']])
    expect(headerOf(await answered, 'X-Counters')).toBe('a=1')
    await expect(sip.request('OPTIONS', 'sip:c@d', [], 20)).rejects.toThrow('no answer to OPTIONS within 20 ms')
  })

  test('an INVITE is cancelled when it has been heard, and its end is acknowledged', async () => {
    const { sip, first, reply, heard } = await openWire()
    const invite = sip.invite('sip:a@b', [['X-Wakecall-Ruid', 'r']])
    const sent = await first('INVITE')
    expect(headerOf(sent, 'X-Wakecall-Ruid')).toBe('r')
    invite.cancel('SIP;cause=487')
    expect(heard('CANCEL')).toEqual([])
    reply(sent, 180)
    const cancel = await first('CANCEL')
    expect([headerOf(cancel, 'Via'), headerOf(cancel, 'Reason')]).toEqual([headerOf(sent, 'Via'), 'SIP;cause=487'])
    reply(cancel, 200)
    reply(sent, 487)
    expect((await invite.ended).status).toBe(487)
    expect(headerOf(await first('ACK'), 'To')).toContain('tag=p')
  })

  test('one that is answered all the same is hung up, on the way that it was recorded', async () => {
    const { sip, first, reply } = await openWire()
    sip.invite('sip:a@b', [])
    const sent = await first('INVITE')
    reply(sent, 200, [
      ['Contact', '<sip:phone@192.0.2.7>'],
      ['Record-Route', '<sip:far;lr>'],
      ['Record-Route', '<sip:near;lr>'],
    ])
    expect((await first('ACK')).uri).toBe('sip:phone@192.0.2.7')
    const bye = await first('BYE')
    expect(headersOf(bye, 'Route')).toEqual(['<sip:near;lr>', '<sip:far;lr>'])
    reply(bye, 200)
  })
})
