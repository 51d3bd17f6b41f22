import type { SnsError } from './errors.ts'

/** An element's content: text, or elements by name; a list repeats the element. */
export type Xml = string | { [name: string]: Xml | Xml[] }

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/'
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;', '\r': '&#xD;' }

const escapeText = (text: string) => text.replace(/[&<>"'\r]/g, (character) => ENTITIES[character] as string)

const render = (content: Xml): string =>
  typeof content === 'string'
    ? escapeText(content)
    : Object.entries(content)
        .flatMap(([name, value]) => [value].flat().map((one) => `<${name}>${render(one)}</${name}>`))
        .join('')

/** A map of strings as SNS writes it: `<entry><key>…</key><value>…</value></entry>`. */
export const entries = (map: Record<string, string>): Xml => ({
  entry: Object.entries(map).map(([key, value]) => ({ key, value })),
})

const document = (name: string, content: Xml) => `<${name} xmlns="${NAMESPACE}">${render(content)}</${name}>`

/** The answer to an action; actions that answer nothing have no `result`. */
export const answerDocument = (action: string, result: Xml | undefined, requestId: string): string =>
  document(`${action}Response`, {
    ...(result === undefined ? {} : { [`${action}Result`]: result }),
    ResponseMetadata: { RequestId: requestId },
  })

export const errorDocument = ({ status, code, message }: SnsError, requestId: string): string =>
  document('ErrorResponse', {
    Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
    RequestId: requestId,
  })
