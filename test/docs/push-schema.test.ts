import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { PUSH_SCHEMA_FILE, pushSchemaText } from '../../docs/push-schema.ts'
import { callUuid } from '../../wire/uuid.ts'
import { CallPayload } from '../../wire/wake.ts'

const checkedIn = readFileSync(PUSH_SCHEMA_FILE, 'utf8')
const { oneOf } = JSON.parse(checkedIn) as { oneOf: { title: string; properties: Record<string, { description?: string }> }[] }
const app = readFileSync(new URL('../../docs/app.md', import.meta.url), 'utf8')

test('docs/push.schema.json is what `node docs/push-schema.ts` writes', () => {
  expect(checkedIn).toBe(pushSchemaText())
})

test('every field is explained in docs/app.md, and in the schema', () => {
  const fields = oneOf.flatMap(({ properties }) => Object.entries(properties))
  expect(fields.length).toBeGreaterThan(20)
  for (const [name, { description }] of fields) {
    expect(app, name).toContain(`\`${name}\``)
    if (name !== 'event') expect(description, name).toMatch(/\w{3}/)
  }
})

test('the example in docs/app.md is a push as the relay sends it', () => {
  const example = JSON.parse(/```json\n(.*?)```/s.exec(app)?.[1] ?? '') as { wakecall: CallPayload }
  const { pbx, callId, uuid } = v.parse(CallPayload, example.wakecall)
  expect(uuid).toBe(callUuid(pbx, callId))
})
