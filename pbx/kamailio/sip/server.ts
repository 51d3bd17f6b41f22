import { randomUUID } from 'node:crypto'
import { formatSip, type Headers, headerOf, responseTo, type SipRequest, type SipResponse } from './message.ts'
import { LIFETIME_MS, repeat } from './timers.ts'
import { parseVia } from './via.ts'

/** An INVITE that waits for its answers. What is said after the final one is not sent. */
export type ServerInvite = { request: SipRequest; respond: (status: number, reason: string, headers?: Headers) => void }

export type ServerHandlers = {
  onInvite: (invite: ServerInvite) => void
  /** The CANCEL has its 200 already, and the INVITE its 487. */
  onCancel: (invite: ServerInvite, cancel: SipRequest) => void
  /** NOTIFY, OPTIONS and whatever else: asked once, however often it comes. */
  onRequest: (request: SipRequest) => { status: number; reason: string; headers?: Headers }
}

type Transaction = { invite?: ServerInvite; last: string | undefined; acknowledged: () => void }

/** The server transactions of RFC 3261, 17.2. `send` takes what goes to the peer. */
export function createServer({ onInvite, onCancel, onRequest }: ServerHandlers, send: (text: string) => void) {
  const transactions = new Map<string, Transaction>()

  /** RFC 3261, 17.2.3: ACK and CANCEL are of their INVITE. */
  function keyOf(request: SipRequest, method: string): string {
    const { sentBy, branch } = parseVia(headerOf(request, 'Via') ?? '')
    return `${method} ${sentBy} ${branch}`
  }

  function open(key: string): Transaction {
    const transaction: Transaction = { last: undefined, acknowledged: () => {} }
    transactions.set(key, transaction)
    return transaction
  }

  const forgetLater = (key: string) => void setTimeout(() => transactions.delete(key), LIFETIME_MS).unref()

  function answer(transaction: Transaction, response: SipResponse): void {
    transaction.last = formatSip(response)
    send(transaction.last)
  }

  function invited(key: string, request: SipRequest): void {
    const transaction = open(key)
    const tag = randomUUID()
    let isOver = false
    const invite: ServerInvite = {
      request,
      respond(status, reason, headers = []) {
        if (isOver) return
        answer(transaction, responseTo(request, status, reason, { tag, headers }))
        if (status < 200) return
        isOver = true
        transaction.acknowledged = repeat(() => send(transaction.last ?? ''))
        forgetLater(key)
      },
    }
    transaction.invite = invite
    onInvite(invite)
  }

  function cancelled(key: string, cancel: SipRequest): void {
    const { invite } = transactions.get(keyOf(cancel, 'INVITE')) ?? {}
    answer(open(key), responseTo(cancel, 200, 'OK', { tag: randomUUID() }))
    forgetLater(key)
    if (invite) {
      invite.respond(487, 'Request Terminated')
      onCancel(invite, cancel)
    } else terminate(cancel)
  }

  /** The INVITE came before this process did, and nobody else ends it. */
  function terminate(cancel: SipRequest): void {
    const headers = cancel.headers.map(([name, value]) => [name, value.replace(/^(\d+) CANCEL$/, '$1 INVITE')] as const)
    const invite = { ...cancel, method: 'INVITE', headers }
    const key = keyOf(invite, 'INVITE')
    const transaction = open(key)
    answer(transaction, responseTo(invite, 487, 'Request Terminated', { tag: randomUUID() }))
    transaction.acknowledged = repeat(() => send(transaction.last ?? ''))
    forgetLater(key)
  }

  function asked(key: string, request: SipRequest): void {
    const transaction = open(key)
    const { status, reason, headers = [] } = onRequest(request)
    answer(transaction, responseTo(request, status, reason, { tag: randomUUID(), headers }))
    forgetLater(key)
  }

  return (request: SipRequest): void => {
    if (request.method === 'ACK') {
      transactions.get(keyOf(request, 'INVITE'))?.acknowledged()
      return
    }
    const key = keyOf(request, request.method)
    const known = transactions.get(key)
    if (known) {
      if (known.last !== undefined) send(known.last)
    } else if (request.method === 'INVITE') invited(key, request)
    else if (request.method === 'CANCEL') cancelled(key, request)
    else asked(key, request)
  }
}
