/** `node docs/push-schema.ts` writes docs/push.schema.json: the object `wakecall` of a push, for the people who write apps. */
import { writeFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import { WakePayload } from '../wire/wake.ts'

export const PUSH_SCHEMA_FILE = new URL('push.schema.json', import.meta.url)

/** What the schema has no word for (a check) is left out of it: an app validates what it reads, not what it sends. */
export function pushSchemaText(): string {
  const schema = toJsonSchema(WakePayload, { target: 'draft-2020-12', errorMode: 'ignore' })
  return `${JSON.stringify({ title: 'The object `wakecall` of a push', ...schema }, undefined, 2)}\n`
}

if (import.meta.main) writeFileSync(PUSH_SCHEMA_FILE, pushSchemaText())
