/**
 * CloudWatch's filter patterns for JSON, as far as the trace and the metric filters use them
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax-JSON.html): `{ $.a.b = "text" }` with
 * `*` for any characters, `{ $.a = * }` for a value that is there, numbers with `= != < <= > >=`, joined with `&&` and
 * `||`, and parentheses.
 */
export type Matches = (record: unknown) => boolean

const TOKEN = /\s*(?:([{}()]|&&|\|\|)|\$((?:\.[\w-]+)+)\s*(<=|>=|!=|=|<|>)\s*(?:"((?:[^"\\]|\\.)*)"|(\*)|(-?\d+(?:\.\d+)?)))/y

type Token = { sign: string } | { sign: undefined; matches: Matches }

function readTokens(pattern: string): Token[] {
  const text = pattern.trimEnd()
  const tokens: Token[] = []
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const at = TOKEN.lastIndex
    const found = TOKEN.exec(text)
    if (!found) throw new RangeError(`not a filter pattern of this part of the syntax, from here on: ${text.slice(at)}`)
    const [, sign, path = '', operator = '', quoted, star, number] = found
    tokens.push(sign ? { sign } : { sign: undefined, matches: term(path, operator, quoted ?? star, number) })
  }
  return tokens
}

function term(dotted: string, operator: string, text: string | undefined, number: string | undefined): Matches {
  const path = dotted.slice(1).split('.')
  const holds = number === undefined ? textTest(operator, text ?? '') : numberTest(operator, Number(number))
  return (record) =>
    holds(path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], record))
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
export function readPattern(pattern: string): Matches {
  const tokens = readTokens(pattern)
  const take = (sign: string): boolean => tokens[0]?.sign === sign && tokens.shift() !== undefined
  const expect = (sign: string): void => {
    if (!take(sign)) throw new RangeError(`a filter pattern for JSON lacks its \`${sign}\``)
  }

  function readSingle(): Matches {
    if (take('(')) {
      const inner = readAny()
      expect(')')
      return inner
    }
    const token = tokens.shift()
    if (!token || token.sign !== undefined) throw new RangeError('a term of a filter pattern is like `$.path = "text"`')
    return token.matches
  }
  function readJoined(sign: string, read: () => Matches): Matches[] {
    const terms = [read()]
    while (take(sign)) terms.push(read())
    return terms
  }
  function readAll(): Matches {
    const terms = readJoined('&&', readSingle)
    return (record) => terms.every((matches) => matches(record))
  }
  function readAny(): Matches {
    const terms = readJoined('||', readAll)
    return (record) => terms.some((matches) => matches(record))
  }

  expect('{')
  const matches = readAny()
  expect('}')
  if (tokens.length > 0) throw new RangeError('nothing may follow the `}` of a filter pattern')
  return matches
}
