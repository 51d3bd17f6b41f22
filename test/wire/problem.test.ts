import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { PROBLEMS, Problem, type ProblemCode } from '../../wire/problem.ts'

const CODES = Object.keys(PROBLEMS) as ProblemCode[]
const openapi = readFileSync(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8')

describe.each(CODES)('%s', (code) => {
  const { status, title } = PROBLEMS[code]

  test('is an error of HTTP with a title', () => {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
    expect(title).not.toBe('')
  })

  test('is documented in docs/openapi.yaml, with status and title', () => {
    expect(openapi).toContain(`- \`${code}\` (${status}): ${title}`)
  })

  test('makes a problem document (RFC 9457)', () => {
    expect(new Problem(code, 'Why.').document('request-1')).toEqual({
      type: `urn:wakecall:problem:${code}`,
      code,
      title,
      status,
      detail: 'Why.',
      requestId: 'request-1',
    })
  })
})

test('a code that is not in the table is not documented', () => {
  expect(openapi).not.toContain('- `teapot` (')
})

describe('Problem', () => {
  const cause = new Error('table wakecall-prod is gone')
  const problem = new Problem('internal', 'The relay failed.', { cause, headers: { 'retry-after': '1' } })

  test('carries its headers and its status', () => {
    expect([problem.status, problem.headers]).toEqual([500, { 'retry-after': '1' }])
    expect(new Problem('internal', '').headers).toEqual({})
  })

  test('keeps its cause for the log and out of the document', () => {
    expect(problem.cause).toBe(cause)
    expect(JSON.stringify(problem.document('request-1'))).not.toContain('wakecall-prod')
  })

  test('shows its extras beside the standard members', () => {
    const stale = new Problem('stale_version', 'Older.', { extras: { storedVersion: 7 } })
    expect(stale.document('request-1')).toMatchObject({ code: 'stale_version', storedVersion: 7 })
  })
})
