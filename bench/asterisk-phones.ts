import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { dialogOf, HERE, type Message, PBX, parse, reply, request } from './asterisk-sip.ts'

const RETRANSMIT_MS = 500
/** Hundreds of messages may come at once. */
const BUFFER = 4 * 1024 * 1024

/** A call as its caller sees it; moments are of `performance.now()`. */
export type OwnCall = {
  sentAt: number
  /** Reject if the call fails, as does `hangUp` if Asterisk was first. */
  ringing: Promise<number>
  answered: Promise<number>
  hangUp: () => Promise<void>
}

/** One caller, and every phone. Their clock is one, and nothing is between it and the wire. */
export type Phones = Awaited<ReturnType<typeof openPhones>>

type Response = (status: number, received: Message, at: number) => void

const keyOf = (callId: string, cseq: string) => `${callId} ${cseq}`

export async function openPhones() {
  const socket = createSocket('udp4')
  const [[host, port], [pbxHost, pbxPort]] = [HERE.split(':'), PBX.split(':')]
  socket.bind(Number(port), host)
  await once(socket, 'listening')
  socket.setRecvBufferSize(BUFFER)
  socket.setSendBufferSize(BUFFER)
  const send = (text: string) => socket.send(text, Number(pbxPort), pbxHost)

  const insisting = new Map<string, NodeJS.Timeout>()
  /** By their Call-ID, as are all that follow. */
  const own = new Map<string, Response>()
  const legs = new Set<string>()
  const hungUp = new Set<string>()
  const invited = new Map<string, (at: number) => void>()
  let ringMs = 0
  let last = 0

  /** Sends it until it is `heard` of. */
  function insist(key: string, text: string): void {
    insisting.set(
      key,
      setInterval(() => send(text), RETRANSMIT_MS),
    )
    send(text)
  }
  function heard(key: string): void {
    clearInterval(insisting.get(key))
    insisting.delete(key)
  }

  function ring(invite: Message, leg: string, at: number): void {
    if (legs.has(leg)) return
    legs.add(leg)
    invited.get(invite.user)?.(at)
    send(reply(invite, '180 Ringing'))
    setTimeout(() => insist(leg, reply(invite, '200 OK')), ringMs)
  }

  function requested(received: Message, at: number): void {
    const callId = received.header('call-id')
    if (received.method === 'INVITE') ring(received, callId, at)
    else if (received.method === 'ACK') heard(callId)
    else send(reply(received, '200 OK'))
    if (received.method === 'BYE') hungUp.add(callId)
  }

  socket.on('message', (data) => {
    const at = performance.now()
    const received = parse(String(data))
    if (received.status === undefined) return requested(received, at)
    const callId = received.header('call-id')
    heard(keyOf(callId, received.header('cseq')))
    own.get(callId)?.(received.status, received, at)
  })

  function newId(): string {
    last += 1
    return `bench-${last}`
  }

  return {
    /** A phone rings so long before it is answered; 0 at first. */
    ringFor(ms: number): void {
      ringMs = ms
    },

    /** The moment when the next INVITE comes to this extension's phone. */
    invite: (extension: string): Promise<number> => new Promise((resolve) => invited.set(extension, resolve)),

    /** For so many seconds. `done` is when it was answered, and rejects if it was refused. */
    register(extension: string, expires: number): { sentAt: number; done: Promise<void> } {
      const callId = newId()
      const { promise: done, resolve, reject } = Promise.withResolvers<void>()
      own.set(callId, (status) => {
        own.delete(callId)
        if (status === 200) resolve()
        else reject(new Error(`the REGISTER of ${extension} was answered with ${status}`))
      })
      const text = request('REGISTER', dialogOf(extension, extension, callId), 1, { Expires: String(expires) })
      const sentAt = performance.now()
      insist(keyOf(callId, '1 REGISTER'), text)
      return { sentAt, done }
    },

    call(number: string): OwnCall {
      const callId = newId()
      const dialog = dialogOf('caller', number, callId)
      const [ringing, answered] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()]
      const ended = Promise.withResolvers<void>()
      for (const { promise } of [ringing, answered]) promise.catch(() => {})

      own.set(callId, (status, { method, header }, at) => {
        if (method === 'BYE') ended.resolve()
        else if (status >= 200) {
          dialog.to = header('to')
          send(request('ACK', dialog, 1))
          if (status < 300) answered.resolve(at)
          else for (const { reject } of [ringing, answered]) reject(new Error(`the call to ${number} ended with ${status}`))
        } else if (status >= 180) ringing.resolve(at)
      })
      const text = request('INVITE', dialog, 1)
      const sentAt = performance.now()
      insist(keyOf(callId, '1 INVITE'), text)

      async function hangUp(): Promise<void> {
        if (hungUp.has(callId)) throw new Error(`Asterisk ended the call to ${number}`)
        insist(keyOf(callId, '2 BYE'), request('BYE', dialog, 2))
        await ended.promise
        own.delete(callId)
      }
      return { sentAt, ringing: ringing.promise, answered: answered.promise, hangUp }
    },
  }
}
