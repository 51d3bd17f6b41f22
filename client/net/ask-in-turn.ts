import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type KnownName, leadsOn } from './known-name.ts'
import type { NameSource } from './resolvers.ts'

const SLOW_MS = 300

/** What a source answered instead of addresses. */
type Refusal = { by: string; code: string }

/** How `node:dns` says that there is no such name, or no address of it. */
const ABSENT = ['ENOTFOUND', 'ENODATA']

/** No source has an address. `code` as of getaddrinfo: `ENOTFOUND`, or `EAI_AGAIN` where none of them could tell. */
export class NameUnknown extends Error {
  readonly code: 'ENOTFOUND' | 'EAI_AGAIN'

  constructor(host: string, refusals: readonly Refusal[]) {
    super(`no address of ${host} is known: ${refusals.map(({ by, code }) => `${by} says ${code}`).join(', ')}`)
    this.name = 'NameUnknown'
    this.code = refusals.some(({ code }) => ABSENT.includes(code)) ? 'ENOTFOUND' : 'EAI_AGAIN'
  }
}

/**
 * The first answer that leads on: of the first source, or, where that one fails or is slow, of any. If there is none, every
 * answer of addresses that failed before. Throws `NameUnknown`.
 */
export async function askInTurn(
  sources: readonly [NameSource, ...NameSource[]],
  host: string,
  known: KnownName,
): Promise<Answer[]> {
  const doubtful: Answer[] = []
  const refusals: Refusal[] = []

  async function ask({ name, kind, ask }: NameSource): Promise<Answer> {
    const addresses = await ask(host).catch((error: NodeJS.ErrnoException) => {
      refusals.push({ by: name, code: error.code ?? error.message })
      throw error
    })
    const answer = { kind, addresses }
    if (leadsOn(known, answer)) return answer
    doubtful.push(answer)
    throw new Error('these addresses failed before')
  }

  const [first, ...others] = sources
  const own = ask(first)
  const answered = own.then(
    () => true,
    () => false,
  )
  const inTime = await Promise.race([answered, sleep(SLOW_MS, false, { ref: false })])
  try {
    return [await (inTime ? own : Promise.any([own, ...others.map(ask)]))]
  } catch {
    if (doubtful.length > 0) return doubtful
    throw new NameUnknown(host, refusals)
  }
}
