/** How many letters have to be put in, left out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const changed = (row[j] ?? 0) + (letter === b[j] ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

const plain = (word: string): string => word.toLowerCase().replace(/[-_]/g, '')

/** The name that was meant by a misspelt one, if one is near: two letters in five may be wrong; case, `-` and `_` do not count. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const near = names
    .map((name) => ({ name, off: distance(plain(word), plain(name)) }))
    .filter(({ name, off }) => off * 5 <= name.length * 2)
  return near.toSorted((a, b) => a.off - b.off)[0]?.name
}
