/** A number, or that there is no point. */
type Value = number | undefined
type Point = (id: string) => Value

const TOKEN = /\s*([A-Za-z]\w*|\d+(?:\.\d+)?|>=|<=|[-+*/(),<>])/y

function tokensOf(expression: string): string[] {
  const tokens: string[] = []
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < expression.length; ) {
    const at = TOKEN.lastIndex
    const token = TOKEN.exec(expression)?.[1]
    if (token === undefined) throw new RangeError(`not of this part of metric math, from here on: ${expression.slice(at)}`)
    tokens.push(token)
  }
  return tokens
}

const OPERATORS: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '>=': (a, b) => Number(a >= b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '<': (a, b) => Number(a < b),
}

const FUNCTIONS: Record<string, (...values: Value[]) => Value> = {
  FILL: (value, otherwise) => value ?? otherwise,
  IF: (condition, yes, no) => (condition ? yes : no),
}

/** What binds weaker comes first. */
const LEVELS = [
  ['>=', '<=', '>', '<'],
  ['+', '-'],
  ['*', '/'],
]

/**
 * CloudWatch's metric math at one point in time, as far as the alarms use it: arithmetic, comparisons, FILL and IF
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html). What has no point, and what is
 * divided by 0, makes no point of all that it is in. Throws a RangeError on what is not of it.
 */
export function evaluate(expression: string, point: Point): Value {
  const tokens = tokensOf(expression)
  const take = (token: string): boolean => tokens[0] === token && tokens.shift() !== undefined
  const expect = (token: string): void => {
    if (!take(token)) throw new RangeError(`metric math lacks ${token} before ${tokens.join(' ')}`)
  }

  function readBinary(level = 0): Value {
    const operators = LEVELS[level]
    if (!operators) return readSingle()
    let left = readBinary(level + 1)
    while (operators.includes(tokens[0] ?? '')) {
      const operate = OPERATORS[tokens.shift() ?? '']
      const right = readBinary(level + 1)
      const result = left === undefined || right === undefined ? undefined : operate?.(left, right)
      left = Number.isFinite(result) ? result : undefined
    }
    return left
  }
  function readSingle(): Value {
    const token = tokens.shift() ?? ''
    if (token === '(') {
      const inner = readBinary()
      expect(')')
      return inner
    }
    if (/^\d/.test(token)) return Number(token)
    if (!/^[A-Za-z]/.test(token)) throw new RangeError(`metric math lacks a value before ${tokens.join(' ')}`)
    if (tokens[0] !== '(') return point(token)
    return call(token)
  }
  function call(name: string): Value {
    const run = FUNCTIONS[name]
    if (!run) throw new RangeError(`${name} is not of this part of metric math`)
    expect('(')
    const values = [readBinary()]
    while (take(',')) values.push(readBinary())
    expect(')')
    return run(...values)
  }

  const value = readBinary()
  if (tokens.length > 0) throw new RangeError(`metric math goes on behind its end: ${tokens.join(' ')}`)
  return value
}
