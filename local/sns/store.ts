import type { SnsPlatform } from '../../wire/payload.ts'

export type Endpoint = {
  arn: string
  application: Application
  token: string
  enabled: boolean
  customUserData: string
}

/** A platform application; its attributes hold the credentials, which no answer ever shows. */
export type Application = {
  arn: string
  platform: SnsPlatform
  name: string
  attributes: Record<string, string>
  endpoints: Map<string, Endpoint>
}

/** Everything that a simulated SNS remembers, by ARN, in memory only. */
export type Store = { applications: Map<string, Application>; endpoints: Map<string, Endpoint> }

export const createStore = (): Store => ({ applications: new Map(), endpoints: new Map() })

const PAGE = 100

/** One page of a list, as SNS cuts it: at most 100 members and a token for the next page. */
export function page<T>(all: T[], token: string | undefined): { items: T[]; next: string | undefined } {
  const start = token ? Number(Buffer.from(token, 'base64').toString()) : 0
  const end = start + PAGE
  return { items: all.slice(start, end), next: end < all.length ? Buffer.from(String(end)).toString('base64') : undefined }
}
