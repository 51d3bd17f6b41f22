import { describe, expect, test } from 'vitest'
import { readLinePattern, readPattern } from '../../local/logs/pattern.ts'

const record = {
  status: 'FAILURE',
  delivery: { statusCode: 400, dwellTimeMs: 0, providerResponse: '{"reason":"BadDeviceToken"}' },
  star: 'a*b',
  none: null,
  'kebab-case': 'x',
}

test.each([
  ['{ $.status = "FAILURE" }', '{ $.status = "FAIL" }'],
  ['{$.status="FAILURE"}', '{$.status="failure"}'],
  ['{ $.delivery.providerResponse = "*BadDeviceToken*" }', '{ $.delivery.providerResponse = "BadDeviceToken*" }'],
  ['{ $.status = "FA*RE" }', '{ $.status = "FA*R" }'],
  ['{ $.delivery.providerResponse = "{\\"reason\\":*" }', '{ $.delivery.providerResponse = "{reason:*" }'],
  ['{ $.star = "a*b" }', '{ $.star = "a.b" }'],
  ['{ $.delivery.statusCode = * }', '{ $.delivery.status = * }'],
  ['{ $.delivery.dwellTimeMs = "*" }', '{ $.delivery.dwell = "*" }'],
  ['{ $.status = * }', '{ $.delivery = * }'],
  ['{ $.status = * }', '{ $.none = * }'],
  ['{ $.delivery.statusCode = 400 }', '{ $.delivery.statusCode = 40 }'],
  ['{ $.delivery.statusCode != 410 }', '{ $.delivery.statusCode != 400 }'],
  ['{ $.delivery.statusCode >= 400 }', '{ $.delivery.statusCode > 400 }'],
  ['{ $.delivery.statusCode <= 400 }', '{ $.delivery.statusCode < 400 }'],
  ['{ $.delivery.statusCode > 399.5 }', '{ $.status > 0 }'],
  ['{ $.status != "SUCCESS" }', '{ $.status != "FAILURE" }'],
  ['{ $.kebab-case = "x" }', '{ $.kebab = "x" }'],
  ['{ $.status = "FAILURE" && $.star = "a*" }', '{ $.status = "FAILURE" && $.star = "b*" }'],
  ['{ $.status = "SUCCESS" || $.star = "a*" }', '{ $.status = "SUCCESS" || $.star = "b*" }'],
  ['{ ($.status = "FAILURE") && ($.delivery.statusCode >= 400) }', '{ ($.status = "FAILURE") && ($.missing = "*") }'],
  [
    '{ $.status = "SUCCESS" && $.star = "x" || $.delivery.statusCode = 400 }',
    '{ $.status = "SUCCESS" && ($.star = "x" || $.delivery.statusCode = 400) }',
  ],
])('%s holds, %s does not', (holds, fails) => {
  expect([readPattern(holds)(record), readPattern(fails)(record)]).toEqual([true, false])
  const line = JSON.stringify(record)
  expect([readLinePattern(holds)(line), readLinePattern(fails)(line)]).toEqual([true, false])
})

test.each([
  ['{ $.a = "text" }', '{"a":"\\u0074ext"}', '{"a":"\\u0074exts"}'],
  ['{ $.a = "1000" }', '{"a":1e3}', '{"a":1e4}'],
  ['{ $.a = "x/y" }', '{"a":"x\\/y"}', '{"a":"x"}'],
  ['{ $.a = "a\\"b" }', '{"a":"a\\"b"}', '{"a":"b"}'],
  ['{ $.a = "text" }', '{"a":"text"}', '{"b":"text"}'],
  ['{ $.a = "text" || $.b = 7 }', '{"b":7}', '{"a":7}'],
  ['{ $.a = "text" && $.b != "text" }', '{"a":"text","b":"x"}', '{"a":"text"}'],
  ['{ $.a = "text" }', '{"a":"text"}', 'text'],
])('%s fits the line %s, not %s', (pattern, fits, fails) => {
  expect([readLinePattern(pattern)(fits), readLinePattern(pattern)(fails)]).toEqual([true, false])
})

describe('no record', () => {
  test.each([undefined, null, 'text', 7, []])('%j fits nothing', (value) => {
    expect(readPattern('{ $.status = * }')(value)).toBe(false)
    expect(readPattern('{ $.status != "x" }')(value)).toBe(false)
  })
})

test.each([
  '',
  'FAILURE',
  '{ }',
  '{ $.status }',
  '{ $.status = FAILURE }',
  '{ $.status = "FAILURE"',
  '{ $.status = "FAILURE" } }',
  '{ $.status = "FAILURE" && }',
  '{ ($.status = "FAILURE" }',
  '{ $.status = "FAILURE" $.star = "x" }',
  '{ $.status > "FAILURE" }',
  '{ $.status IS NULL }',
  '{ $.status = "open }',
])('%j is refused', (pattern) => {
  expect(() => readPattern(pattern)).toThrow(RangeError)
})
