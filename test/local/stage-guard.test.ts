import type { IncomingHttpHeaders } from 'node:http'
import { expect, test } from 'vitest'
import { isOwn } from '../../local/demo/stage/guard.ts'

const host = '127.0.0.1:7460'

test.for<[string, IncomingHttpHeaders, boolean]>([
  ['a program', { host }, true],
  ['a program by name', { host: 'localhost:7460' }, true],
  ['a program by IPv6', { host: '[::1]:7460' }, true],
  ['its own page', { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, true],
  ['somebody who typed the address', { host, 'sec-fetch-site': 'none' }, true],
  ['a form of another page', { host, origin: 'https://evil.example' }, false],
  ['a page at another port', { host, origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-site' }, false],
  ['an image in another page', { host, 'sec-fetch-site': 'cross-site' }, false],
  ['a page in a sandbox', { host, origin: 'null' }, false],
  ['a name that was rebound', { host: 'evil.example:7460', origin: 'http://evil.example:7460' }, false],
])('%s: %j', ([, headers, own]) => {
  expect(isOwn(headers)).toBe(own)
})
