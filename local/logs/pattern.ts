/**
 * CloudWatch's filter patterns for JSON, as far as the trace and the metric filters use them
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax-JSON.html): `{ $.a.b = "text" }` with
 * `*` for any characters, `{ $.a = * }` for a value that is there, numbers with `= != < <= > >=`, joined with `&&` and
 * `||`, and parentheses.
 */
export type Matches = (record: unknown) => boolean

/** `record` decides; `line` is the quicker look at a record's text that spares its parsing: what it says no to does not fit. */
type Test = { record: Matches; line: (text: string) => boolean }

const TOKEN = /\s*(?:([{}()]|&&|\|\|)|\$((?:\.[\w-]+)+)\s*(<=|>=|!=|=|<|>)\s*(?:"((?:[^"\\]|\\.)*)"|(\*)|(-?\d+(?:\.\d+)?)))/y

type Token = { sign: string } | { sign: undefined; test: Test }

function readTokens(pattern: string): Token[] {
  const text = pattern.trimEnd()
  const tokens: Token[] = []
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const at = TOKEN.lastIndex
    const found = TOKEN.exec(text)
    if (!found) throw new RangeError(`not a filter pattern of this part of the syntax, from here on: ${text.slice(at)}`)
    const [, sign, path = '', operator = '', quoted, star, number] = found
    tokens.push(sign ? { sign } : { sign: undefined, test: term(path, operator, quoted ?? star, number) })
  }
  return tokens
}

function term(dotted: string, operator: string, text: string | undefined, number: string | undefined): Test {
  const path = dotted.slice(1).split('.')
  const holds = number === undefined ? textTest(operator, text ?? '') : numberTest(operator, Number(number))
  const valueIn = (record: unknown) =>
    path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], record)
  return { record: (record) => holds(valueIn(record)), line: operator === '=' ? lineTest(text ?? '*') : () => true }
}

/** Of these characters JSON writes each as it is, or as `\u` and its number. A text like `1000` fits the number `1e3` too. */
function lineTest(text: string): (line: string) => boolean {
  if (!/^[\w@.:-]+$/.test(text) || String(Number(text)) === text) return () => true
  return (line) => line.includes(text) || line.includes('\\u')
}

function textTest(operator: string, text: string): (value: unknown) => boolean {
  if (operator !== '=' && operator !== '!=') throw new RangeError(`${operator} compares numbers only`)
  const wildcard = text
    .replace(/\\(.)/g, '$1')
    .split('*')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  const form = new RegExp(`^${wildcard.join('.*')}$`, 's')
  const is = (value: unknown) => (typeof value === 'string' || typeof value === 'number') && form.test(String(value))
  return operator === '=' ? is : (value) => value !== undefined && !is(value)
}

const COMPARISONS: Record<string, (value: number, other: number) => boolean> = {
  '=': (value, other) => value === other,
  '!=': (value, other) => value !== other,
  '<': (value, other) => value < other,
  '<=': (value, other) => value <= other,
  '>': (value, other) => value > other,
  '>=': (value, other) => value >= other,
}

const numberTest =
  (operator: string, other: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && (COMPARISONS[operator]?.(value, other) ?? false)

/** Throws a RangeError on a pattern outside this part of the syntax. */
export const readPattern = (pattern: string): Matches => readTest(pattern).record

/** The same for a record as the text of its line. One that is no JSON fits no pattern for JSON. */
export function readLinePattern(pattern: string): (line: string) => boolean {
  const { line, record } = readTest(pattern)
  return (text) => line(text) && record(parse(text))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readTest(pattern: string): Test {
  const tokens = readTokens(pattern)
  const take = (sign: string): boolean => tokens[0]?.sign === sign && tokens.shift() !== undefined
  const expect = (sign: string): void => {
    if (!take(sign)) throw new RangeError(`a filter pattern for JSON lacks its \`${sign}\``)
  }

  function readSingle(): Test {
    if (take('(')) {
      const inner = readAny()
      expect(')')
      return inner
    }
    const token = tokens.shift()
    if (!token || token.sign !== undefined) throw new RangeError('a term of a filter pattern is like `$.path = "text"`')
    return token.test
  }
  function readJoined(sign: string, read: () => Test): Test[] {
    const terms = [read()]
    while (take(sign)) terms.push(read())
    return terms
  }
  function readAll(): Test {
    const terms = readJoined('&&', readSingle)
    return {
      record: (value) => terms.every(({ record }) => record(value)),
      line: (text) => terms.every(({ line }) => line(text)),
    }
  }
  function readAny(): Test {
    const terms = readJoined('||', readAll)
    return { record: (value) => terms.some(({ record }) => record(value)), line: (text) => terms.some(({ line }) => line(text)) }
  }

  expect('{')
  const test = readAny()
  expect('}')
  if (tokens.length > 0) throw new RangeError('nothing may follow the `}` of a filter pattern')
  return test
}
