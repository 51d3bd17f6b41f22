import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CODE_LENGTH } from '../../core/enrol-code.ts'
import { KNOWN_FOR_MS, MOST_KEYS } from '../../core/pbx.ts'
import { rateHeaders } from '../../core/rate.ts'
import { EnrolAnswer, EnrolRequest } from '../../wire/keys.ts'
import { parse } from '../../wire/parse.ts'
import { escapeId } from '../../wire/path.ts'
import { PROBLEMS } from '../../wire/problem.ts'
import {
  COMPONENTS,
  contentDigest,
  keyIdOf,
  LABEL,
  MAX_AGE_SECONDS,
  MAX_AHEAD_SECONDS,
  privateKeyFrom,
  publicKeyFrom,
  publicKeyText,
  signatureBase,
  signRequest,
  verifyRequest,
} from '../../wire/signature.ts'

const protocol = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')

const sectionOf = (title: string): string => protocol.split(/^##+ /m).find((section) => section.startsWith(`${title}\n`)) ?? ''

const blockOf = (section: string, language: string): string =>
  new RegExp(`^\`\`\`${language}\n(.*?)\n\`\`\`$`, 'ms').exec(section)?.[1] ?? ''

/** The cells of a section's table, without its head and the rule under it. */
const rowsOf = (section: string): string[][] =>
  [...section.matchAll(/^\| (.*) \|$/gm)]
    .slice(2)
    .map(([, row = '']) => row.split(' | ').map((cell) => cell.replaceAll('`', '').trim()))

const headersOf = (lines: string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(': ')
      return [name.toLowerCase(), value.join(': ')]
    }),
  )

describe('the complete example', () => {
  const section = sectionOf('A complete example')
  const [head = '', body = ''] = blockOf(section, 'http').split('\n\n')
  const [requestLine = '', ...lines] = head.split('\n')
  const [method = '', target = ''] = requestLine.split(' ')
  const [path = '', query = ''] = target.split('?')
  const headers = headersOf(lines)
  const parts = { method, authority: headers.host ?? '', path, query, body: Buffer.from(body) }
  const key = privateKeyFrom(blockOf(section, 'pem'))
  const params = headers['signature-input']?.slice(`${LABEL}=`.length) ?? ''
  const [, created = '', keyId = ''] = /;created=(\d+);keyid="([^"]+)"/.exec(params) ?? []
  const policy = { now: Number(created) * 1000, publicKey: async () => publicKeyFrom(publicKeyText(key)) }

  test('its signature base is computed from its request', () => {
    const values = [method, parts.authority, path, `?${query}`, contentDigest(parts.body)]
    const components = COMPONENTS.map((name, i) => [name, values[i] ?? ''] as const)
    expect(blockOf(section, 'text')).toBe(signatureBase(components, params))
  })

  test('its headers are what a client signs', () => {
    expect(headers).toMatchObject(signRequest(parts, key, keyId, Number(created)))
  })

  test('the relay accepts it, and no other body', async () => {
    expect(await verifyRequest(parts, headers, policy)).toBe('acme/2026-03')
    await expect(verifyRequest({ ...parts, body: Buffer.from(`${body}\n`) }, headers, policy)).rejects.toThrow('digest')
  })

  test('its time is the one that the text tells', () => {
    expect(section).toContain('2026-03-01 at 12:00:00 UTC')
    expect(new Date(policy.now).toISOString()).toBe('2026-03-01T12:00:00.000Z')
  })
})

test('the age of a signature is the one that the relay checks', () => {
  const seconds = /at most (\d+) s old and at most (\d+) s ahead/.exec(sectionOf('Signature').replaceAll('\n', ' '))
  expect(seconds?.slice(1).map(Number)).toEqual([MAX_AGE_SECONDS, MAX_AHEAD_SECONDS])
})

test('the examples of paths are escaped as the client does it', () => {
  const rows = rowsOf(sectionOf('Paths'))
  expect(rows.length).toBeGreaterThan(3)
  for (const [id = '', escaped] of rows) expect(escapeId(id)).toBe(escaped)
})

describe('enrolment', () => {
  const section = sectionOf('Enrolment')
  const request = parse(EnrolRequest, JSON.parse(/^ +(\{"code".*\})$/m.exec(section)?.[1] ?? ''))
  const answer = parse(EnrolAnswer, JSON.parse(/^ +(\{"pbx".*\})$/m.exec(section)?.[1] ?? ''))

  test('the key id of the example is that of its key', () => {
    expect(publicKeyText(publicKeyFrom(request.publicKey))).toBe(request.publicKey)
    expect(answer.keyId).toBe(keyIdOf(request.publicKey))
  })

  test('limits and times are those of the relay', () => {
    expect(request.code).toHaveLength(CODE_LENGTH)
    expect(section).toContain(`The code is ${CODE_LENGTH} letters and digits`)
    const keys = sectionOf('Keys').replaceAll('\n', ' ')
    expect(keys).toContain(`A PBX has at most ${MOST_KEYS} keys`)
    expect(keys).toContain(`remember a PBX for ${KNOWN_FOR_MS / 1000} s`)
  })
})

test('the table of problems is the one of the relay', () => {
  const rows = rowsOf(sectionOf('Problems')).map(([code, status, title]) => [code, Number(status), title])
  expect(rows).toEqual(Object.entries(PROBLEMS).map(([code, { status, title }]) => [code, status, title]))
})

test('the quota headers are those of the relay', () => {
  const headers = headersOf(blockOf(sectionOf('Quotas'), 'http').split('\n'))
  expect(headers).toEqual(rateHeaders({ allowed: true, remaining: 5990, resetSeconds: 34 }, 6000))
})
