import { invalid } from './errors.ts'

/** The parameters of a request in AWS's query protocol (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/query-api.html). */
export type Query = {
  text: (name: string) => string | undefined
  required: (name: string) => string
  map: (name: string) => Record<string, string>
  attributes: () => Record<string, MessageAttribute>
}

export type MessageAttribute = { dataType: string | undefined; value: string | undefined }

/** Reads a form-encoded body: `Name=…`, `Attributes.entry.1.key=…`, `MessageAttributes.entry.1.Value.DataType=…`. */
export function readQuery(body: string): Query {
  const form = new URLSearchParams(body)
  const text = (name: string) => form.get(name) ?? undefined

  const entriesOf = <T>(name: string, key: string, read: (prefix: string) => T): Record<string, T> => {
    const found: [string, T][] = []
    for (let i = 1; form.has(`${name}.entry.${i}.${key}`); i++) {
      const prefix = `${name}.entry.${i}.`
      found.push([form.get(prefix + key) ?? '', read(prefix)])
    }
    return Object.fromEntries(found)
  }

  return {
    text,
    required: (name) => {
      const value = text(name)
      if (!value) throw invalid(name, 'no value for required parameter')
      return value
    },
    map: (name) => entriesOf(name, 'key', (prefix) => text(`${prefix}value`) ?? ''),
    attributes: () =>
      entriesOf('MessageAttributes', 'Name', (prefix) => ({
        dataType: text(`${prefix}Value.DataType`),
        value: text(`${prefix}Value.StringValue`),
      })),
  }
}
