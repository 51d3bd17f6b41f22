import { randomUUID } from 'node:crypto'
import { checkArn, endpointArn, type Home } from './arn.ts'
import { invalid, SnsError } from './errors.ts'
import type { Application, Endpoint, Store } from './store.ts'

const MAX_CUSTOM_USER_DATA_BYTES = 2048
const MAX_TOKEN_BYTES = 8192
const TOO_LONG = (limit: number) => `must be at most ${limit} bytes long in UTF-8 encoding`

/** The token as SNS keeps it: an APNs token in lower case. */
function checkToken({ platform }: Application, token: string): string {
  if (platform !== 'GCM') {
    if (!/^[0-9a-f]{1,400}$/i.test(token))
      throw invalid('Token', 'iOS device tokens must be no more than 400 hexadecimal characters')
    return token.toLowerCase()
  }
  if (Buffer.byteLength(token) > MAX_TOKEN_BYTES) throw invalid('Token', TOO_LONG(MAX_TOKEN_BYTES))
  return token
}

function checkAttributes(attributes: Record<string, string>): void {
  const unknown = Object.keys(attributes).find((name) => !['Token', 'Enabled', 'CustomUserData'].includes(name))
  if (unknown) throw invalid('Attributes', `Invalid attribute name: ${unknown}`)
  const { Enabled = 'true', CustomUserData = '' } = attributes
  if (!/^(?:true|false)$/i.test(Enabled))
    throw invalid('Attributes', 'Invalid value for attribute: Enabled: must be true or false')
  if (Buffer.byteLength(CustomUserData) > MAX_CUSTOM_USER_DATA_BYTES) {
    throw invalid('Attributes', `Invalid value for attribute: CustomUserData: ${TOO_LONG(MAX_CUSTOM_USER_DATA_BYTES)}`)
  }
}

const isTrue = (value: string) => value.toLowerCase() === 'true'
const inUse = ({ arn }: Endpoint) =>
  invalid('Token', `Endpoint ${arn} already exists with the same Token, but different attributes.`)

/**
 * The same token with the same attributes answers the endpoint that is there. Without an `Enabled` of its own a request
 * suits a disabled endpoint too, and leaves it disabled.
 */
export function createEndpoint(
  application: Application,
  store: Store,
  request: { token: string; attributes: Record<string, string> },
): Endpoint {
  const { attributes } = request
  checkAttributes(attributes)
  const token = checkToken(application, request.token)
  const { Enabled, CustomUserData: customUserData = '' } = attributes
  const existing = application.endpoints.get(token)
  if (existing) {
    const differs = Enabled !== undefined && isTrue(Enabled) !== existing.enabled
    if (differs || customUserData !== existing.customUserData) throw inUse(existing)
    return existing
  }
  const arn = endpointArn(application.arn, randomUUID())
  const endpoint = { arn, application, token, enabled: isTrue(Enabled ?? 'true'), customUserData }
  application.endpoints.set(token, endpoint)
  store.endpoints.set(arn, endpoint)
  return endpoint
}

export function findEndpoint(home: Home, store: Store, arn: string, action: string): Endpoint {
  checkArn(home, 'EndpointArn', arn, action)
  const endpoint = store.endpoints.get(arn)
  if (!endpoint) throw new SnsError('NotFound', 'Endpoint does not exist')
  return endpoint
}

export function setEndpointAttributes(endpoint: Endpoint, attributes: Record<string, string>): void {
  checkAttributes(attributes)
  const { application } = endpoint
  const token = attributes.Token === undefined ? endpoint.token : checkToken(application, attributes.Token)
  const holder = application.endpoints.get(token)
  if (holder && holder !== endpoint) throw inUse(holder)
  application.endpoints.delete(endpoint.token)
  application.endpoints.set(token, endpoint)
  endpoint.token = token
  if (attributes.Enabled !== undefined) endpoint.enabled = isTrue(attributes.Enabled)
  if (attributes.CustomUserData !== undefined) endpoint.customUserData = attributes.CustomUserData
}

export const endpointAttributes = ({ token, enabled, customUserData }: Endpoint): Record<string, string> => ({
  Enabled: String(enabled),
  Token: token,
  ...(customUserData ? { CustomUserData: customUserData } : {}),
})

/** Deleting is idempotent. */
export function deleteEndpoint(store: Store, arn: string): void {
  const endpoint = store.endpoints.get(arn)
  endpoint?.application.endpoints.delete(endpoint.token)
  store.endpoints.delete(arn)
}
