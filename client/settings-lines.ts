import { parse as parseToml } from 'smol-toml'

/**
 * The line that each key of a TOML document stands on, that of a table as `table.key`. The parser tells of values only: what
 * a document has when it is cut off behind a line, and has not when it is cut off before it, stands there.
 */
export function keyLines(text: string): Map<string, number> {
  const found = new Map<string, number>()
  const lines = text.split('\n')
  let begin = 1
  for (const end of lines.keys()) {
    const keys = keysOf(`${lines.slice(0, end + 1).join('\n')}\n`)
    if (!keys) continue
    for (const key of keys) if (!found.has(key)) found.set(key, begin)
    begin = end + 2
  }
  return found
}

/** The line of a key, of its table if it stands nowhere. */
export function lineOf(lines: Map<string, number>, key: string): number | undefined {
  return key === '' ? undefined : (lines.get(key) ?? lineOf(lines, key.split('.').slice(0, -1).join('.')))
}

/** None of a document that ends within a value. */
function keysOf(text: string): string[] | undefined {
  try {
    return Object.entries(parseToml(text)).flatMap(([name, value]) => [
      name,
      ...(typeof value === 'object' ? Object.keys(value).map((key) => `${name}.${key}`) : []),
    ])
  } catch {
    return undefined
  }
}
