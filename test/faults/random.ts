export type Random = ReturnType<typeof createRandom>

/** FNV-1a, 32 bits (https://www.rfc-editor.org/rfc/rfc9923). */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193)
  return value >>> 0
}

/** The same seed and name, the same numbers: who draws more in one part of the program changes nothing in another. */
export function createRandom(seed: number, name: string) {
  let state = hash(`${seed}/${name}`)
  /** Mulberry32: at least 0, below 1. */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number) => from + next() * (to - from)
  return {
    between,
    /** Whole, `from` and `to` included. */
    whole: (from: number, to: number) => Math.floor(between(from, to + 1)),
    chance: (share: number) => next() < share,
    pick<T>(items: readonly T[]): T {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new Error('there is nothing to pick from')
      return item
    },
  }
}
