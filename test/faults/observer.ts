import type { IncomingMessage } from 'node:http'
import type { HttpEvent } from '../../lambdas/kit/request.ts'
import type { createCalls } from './calls.ts'
import type { Findings } from './findings.ts'
import { unitNameOf } from './unit.ts'
import type { RelayFault } from './weather.ts'

const DEVICE = /^\/v1\/extensions\/([^/]+)\/devices\/[^/]+$/

const versionOf = ({ body = '', rawQueryString }: HttpEvent): number =>
  Number(body ? JSON.parse(body).version : new URLSearchParams(rawQueryString).get('version'))

/** Looks at what comes to the relay: the changes of a device in order, and which calls the network held up. */
export function createObserver(findings: Findings, calls: ReturnType<typeof createCalls>) {
  const delays = new Map<string, number>()
  const newest = new Map<string, number>()
  const requests = { count: 0, spoiled: 0 }

  function arrived({ method, url = '', headers }: IncomingMessage, fault: RelayFault | undefined, delayMs: number): void {
    const [path = ''] = url.split('?')
    const extension = DEVICE.exec(path)?.[1]
    requests.count += 1
    if (fault) requests.spoiled += 1
    if (delayMs > 0) delays.set(String(headers.signature), delayMs)
    if (extension) findings.tell(unitNameOf(extension), `relay ${method} ${url}${fault ? `, ${fault}` : ''}`)
  }

  /** What was held up may come late, when the PNS that sent it is dead: of the others none may. */
  function asked(event: HttpEvent): void {
    const { rawPath, headers } = event
    const delayMs = delays.get(headers.signature ?? '') ?? 0
    delays.delete(headers.signature ?? '')
    if (event.routeKey === 'POST /v1/calls') calls.delayed(JSON.parse(event.body ?? '').callId, delayMs)
    const extension = DEVICE.exec(rawPath)?.[1]
    if (!extension) return
    const version = versionOf(event)
    findings.tell(unitNameOf(extension), `      ${event.requestContext.http.method} version ${version}`)
    const before = newest.get(rawPath) ?? 0
    if (delayMs === 0 && version < before) {
      findings.wrong(`${rawPath}: version ${version} came to the relay after ${before}`, unitNameOf(extension))
    }
    newest.set(rawPath, Math.max(version, before))
  }

  return { arrived, asked, requests }
}
