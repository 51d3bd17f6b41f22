import {
  createApplication,
  deleteApplication,
  findApplication,
  setApplicationAttributes,
  visibleAttributes,
} from './applications.ts'
import { checkArn, type Home } from './arn.ts'
import { createEndpoint, deleteEndpoint, endpointAttributes, findEndpoint, setEndpointAttributes } from './endpoints.ts'
import type { Query } from './query.ts'
import { type Endpoint, page, type Store } from './store.ts'
import { entries, type Xml } from './xml.ts'

/** What the actions work on. `publish` answers the message id, `updated` tells that a caller changed an endpoint. */
export type Context = { home: Home; store: Store; publish: (query: Query) => string; updated: (endpoint: Endpoint) => void }

type Action = (query: Query, context: Context) => Xml | undefined

const nextToken = (next: string | undefined) => (next ? { NextToken: next } : {})

/** The application that a request names. */
const application = (query: Query, { home, store }: Context) =>
  findApplication(home, store, query.required('PlatformApplicationArn'), query.required('Action'))

const endpoint = (query: Query, { home, store }: Context) =>
  findEndpoint(home, store, query.required('EndpointArn'), query.required('Action'))

/** The part of SNS's API that mobile push needs; what is not here is refused as SNS refuses an unknown action. */
export const ACTIONS: Record<string, Action> = {
  CreatePlatformApplication: (query, { home, store }) => {
    const request = { name: query.required('Name'), platform: query.required('Platform'), attributes: query.map('Attributes') }
    return { PlatformApplicationArn: createApplication(home, store, request).arn }
  },
  GetPlatformApplicationAttributes: (query, context) => ({
    Attributes: entries(visibleAttributes(application(query, context))),
  }),
  SetPlatformApplicationAttributes: (query, context) => {
    setApplicationAttributes(context.store, application(query, context), query.map('Attributes'))
    return undefined
  },
  DeletePlatformApplication: (query, { home, store }) => {
    const arn = query.required('PlatformApplicationArn')
    checkArn(home, 'PlatformApplicationArn', arn, 'DeletePlatformApplication')
    deleteApplication(store, arn)
    return undefined
  },
  ListPlatformApplications: (query, { store }) => {
    const { items, next } = page([...store.applications.values()], query.text('NextToken'))
    const member = items.map((item) => ({ PlatformApplicationArn: item.arn, Attributes: entries(visibleAttributes(item)) }))
    return { PlatformApplications: { member }, ...nextToken(next) }
  },
  CreatePlatformEndpoint: (query, context) => {
    const customUserData = query.text('CustomUserData')
    const attributes = { ...(customUserData === undefined ? {} : { CustomUserData: customUserData }), ...query.map('Attributes') }
    const created = createEndpoint(application(query, context), context.store, { token: query.required('Token'), attributes })
    return { EndpointArn: created.arn }
  },
  GetEndpointAttributes: (query, context) => ({ Attributes: entries(endpointAttributes(endpoint(query, context))) }),
  SetEndpointAttributes: (query, context) => {
    const changed = endpoint(query, context)
    setEndpointAttributes(changed, query.map('Attributes'))
    context.updated(changed)
    return undefined
  },
  DeleteEndpoint: (query, { home, store }) => {
    const arn = query.required('EndpointArn')
    checkArn(home, 'EndpointArn', arn, 'DeleteEndpoint')
    deleteEndpoint(store, arn)
    return undefined
  },
  ListEndpointsByPlatformApplication: (query, context) => {
    const { items, next } = page([...application(query, context).endpoints.values()], query.text('NextToken'))
    const member = items.map((item) => ({ EndpointArn: item.arn, Attributes: entries(endpointAttributes(item)) }))
    return { Endpoints: { member }, ...nextToken(next) }
  },
  Publish: (query, { publish }) => ({ MessageId: publish(query) }),
}
