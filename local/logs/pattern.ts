/**
 * CloudWatch's filter patterns for JSON, as far as the trace uses them: `{ $.a.b = "x" && $.c = "y" }`, or the same with
 * `||` (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).
 */
export type Matches = (record: unknown) => boolean

const TERM = /\s*\$\.([A-Za-z0-9_.]+) = ("(?:[^"\\]|\\.)*")\s*(&&|\|\||$)/y

/** Throws a RangeError on a pattern outside this part of the syntax. */
export function readPattern(pattern: string): Matches {
  const inner = /^\{(.*)\}$/s.exec(pattern)?.[1]?.trimEnd()
  if (!inner) throw new RangeError('a filter pattern for JSON stands in braces')
  const terms: { path: string[]; value: unknown }[] = []
  const joins = new Set<string>()
  for (TERM.lastIndex = 0; TERM.lastIndex < inner.length; ) {
    const [, path = '', value = '', join = ''] = TERM.exec(inner) ?? []
    if (!path) throw new RangeError('a term of a filter pattern is `$.path = "text"`')
    terms.push({ path: path.split('.'), value: JSON.parse(value) })
    if (join) joins.add(join)
  }
  if (joins.size > 1) throw new RangeError('a filter pattern joins its terms with either && or ||')
  const holds = (record: unknown) => (term: (typeof terms)[number]) => valueAt(record, term.path) === term.value
  return (record) => (joins.has('||') ? terms.some(holds(record)) : terms.every(holds(record)))
}

const valueAt = (record: unknown, path: string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined | null)?.[key], record)
