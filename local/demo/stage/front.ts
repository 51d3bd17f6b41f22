import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Feed } from './feed.ts'
import { isOwn } from './guard.ts'
import { pass } from './pass.ts'
import { refuse, StageProblem } from './problem.ts'
import { changesOf, readJson } from './routes.ts'
import type { Stage } from './stage.ts'

/**
 * The server before the PNS of `npm start`, not yet listening: it answers what is under `/phones` and passes on all else, with a header
 * that tells the console of the phones. A PNS beside a PBX has no virtual phones, and knows nothing of these.
 */
export function createFront(stage: Stage, feed: Feed, pnsSocket: string): Server {
  const changes = changesOf(stage)

  const show = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(`${JSON.stringify(stage.show())}\n`)
  }
  const looks: Record<string, (response: ServerResponse) => void> = { '/phones': show, '/phones/events': feed.join }

  async function serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { method = '' } = request
    const [look, change] = [looks[path], changes[path]]
    if (look && method === 'GET') return look(response)
    if (!change || method !== 'POST') throw wrongRoute(look ? 'GET' : change ? 'POST' : undefined)
    try {
      await change(await readJson(request))
    } finally {
      feed.changed()
    }
    show(response)
  }

  return createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1)
    if (!isOwn(request.headers)) {
      refuse(response, new StageProblem('browser_refused', 'Only programs may ask this service, and its own page.'))
    } else if (/^\/phones(\/|$)/.test(path)) {
      serve(request, response, path).catch((error: unknown) => refuse(response, error))
    } else {
      response.setHeader('wakecall-phones', '/phones')
      pass(request, response, pnsSocket)
    }
  })
}

/** `has`: the method that the route would have. */
function wrongRoute(has: 'GET' | 'POST' | undefined): StageProblem {
  if (has) return new StageProblem('method_not_allowed', `Ask by ${has}.`, { allow: has })
  return new StageProblem(
    'not_found',
    'The virtual phones have GET /phones, and POST /phones/add, remove, fate, answer and more.',
  )
}
