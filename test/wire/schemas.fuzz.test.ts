import fc from 'fast-check'
import type * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { parse, parseJson } from '../../wire/parse.ts'
import { Problem } from '../../wire/problem.ts'
import { ROUTES, type Route } from '../../wire/routes.ts'

type Schema = v.GenericSchema<unknown, unknown>

const SCHEMAS: [name: string, schema: Schema, base: string][] = Object.entries<Route>(ROUTES).flatMap(
  ([name, { body, query, params }]) => [
    ...(body ? [[`${name}, body`, body, ''] as [string, Schema, string]] : []),
    ...(query ? [[`${name}, query`, query, '/query'] as [string, Schema, string]] : []),
    ...Object.entries(params).map(([param, schema]): [string, Schema, string] => [`${name}, ${param}`, schema, `/path/${param}`]),
  ],
)

const KEYS = ['callId', 'to', 'from', 'number', 'name', 'custom', 'platform', 'app', 'tokens', 'voip', 'alert', 'fcm', 'version']
const MORE_KEYS = [
  'messageId',
  'text',
  'android',
  'ringSeconds',
  'elapsedMs',
  'reason',
  'wakes',
  'wakeMs',
  'code',
  'publicKey',
  'a/b',
  '~',
  '',
  '__proto__',
]

/** Texts that no schema or message contains: what of them comes back in an error has leaked. */
const secret = fc.tuple(fc.stringMatching(/^[A-Z]{12,40}$/), fc.constantFrom('', ' ', '"', '\n')).map(([a, b]) => `${a}${b}${a}`)
const leaf = fc.oneof(secret, fc.constantFrom(null, true, 0, -1, 1e300, 'ios', 'android', '1001', 'declined'))
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.dictionary(fc.constantFrom(...KEYS, ...MORE_KEYS), tie('tree'), { maxKeys: 6, noNullPrototype: true }),
    fc.array(tie('tree'), { maxLength: 3 }),
  ),
}))

function problemOf(run: () => unknown): Problem | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

const leavesOf = (value: unknown): unknown[] =>
  value !== null && typeof value === 'object' ? Object.values(value).flatMap(leavesOf) : [value]

/** Nothing of a value that is longer than 8 characters. */
function expectNoLeak(shown: string, input: unknown) {
  for (const value of leavesOf(input)) {
    if (typeof value !== 'string' || !/^[A-Z]{9}/.test(value)) continue
    for (let i = 0; i + 9 <= value.length; i++) expect(shown).not.toContain(value.slice(i, i + 9))
  }
}

/** A pointer (RFC 6901) leads to what is there, or to a member missing from an object that is there. */
function expectPointer(pointer: string, base: string, input: unknown) {
  expect(pointer).toMatch(/^(?:\/(?:[^~/]|~[01])*)*$/)
  expect(pointer.startsWith(base)).toBe(true)
  const keys = pointer.slice(base.length).split('/').slice(1)
  let value = input
  for (const key of keys) {
    expect(value).toBeTypeOf('object')
    value = (value as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
}

describe.each(SCHEMAS)('%s', (_, schema, base) => {
  test('anything is parsed or is an invalid_request whose pointers are right and which repeats no value', () => {
    fc.assert(
      fc.property(fc.oneof(tree, fc.jsonValue()), (input) => {
        const problem = problemOf(() => parse(schema, input, base))
        if (!problem) return
        expect(problem.code).toBe('invalid_request')
        expect(problem.extras.errors?.length).toBeGreaterThan(0)
        for (const { pointer } of problem.extras.errors ?? []) expectPointer(pointer, base, input)
        expectNoLeak(JSON.stringify(problem.document('request-1')), input)
      }),
      { numRuns: 300 },
    )
  })
})

describe('parseJson', () => {
  test('JSON comes back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(parseJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('anything else is an invalid_json which repeats nothing of it', () => {
    const text = fc
      .tuple(fc.constantFrom('', '{"token":', '{"a":"', '[', '"', "'"), secret, fc.string())
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (text) => {
        const problem = problemOf(() => parseJson(text))
        if (!problem) return
        expect(problem.code).toBe('invalid_json')
        expectNoLeak(problem.message, /[A-Z]{9}.*/s.exec(text)?.[0])
      }),
    )
  })
})
