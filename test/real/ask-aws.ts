import { CREDENTIALS, REGION } from './aws.ts'

/** A request in the protocol that its service has: REST by `path`, JSON by `target` and `body`, or query. */
export type AwsRequest = {
  service: string
  path?: string
  target?: string
  body?: object
  query?: Record<string, string>
}

/** Asks AWS, as the SDKs do for which the project has no other use. Gives the text of the answer. */
export async function askAws(endpoint: string, { service, path = '/', target, body = {}, query }: AwsRequest): Promise<string> {
  const credential = `${CREDENTIALS.accessKeyId}/20260101/${REGION}/${service}/aws4_request`
  const response = await fetch(`${endpoint}${path}`, {
    method: target || query ? 'POST' : 'GET',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
      ...(target && { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target }),
    },
    body: query ? new URLSearchParams(query) : target ? JSON.stringify(body) : null,
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${service} answered ${response.status}: ${text}`)
  return text
}
