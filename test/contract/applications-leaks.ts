import { inspect } from 'node:util'
import { afterEach, beforeEach, vi } from 'vitest'

const PIECE = 16

/** The pieces of a secret by which it would be known: what stands between its line ends, quotes and dashes. */
const pieces = (secret: string): string[] =>
  secret.split(/\\n|[\s"-]+/).flatMap((part) => (part.length >= PIECE ? [part.slice(0, PIECE), part.slice(-PIECE)] : []))

export const leaks = (text: string, secrets: string[]): string[] =>
  secrets.flatMap(pieces).filter((piece) => text.includes(piece))

/** Catches what a test writes to standard output and error. */
const streams = () => [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true))

/** Keeps the log of the functions out of the report of the tests of one file. */
export function useQuiet(): void {
  beforeEach(() => void streams())
  afterEach(() => void vi.restoreAllMocks())
}

/** All that `run` wrote, and what it gave or threw with everything that hangs on it, as one text. */
export async function everythingOf(run: () => Promise<unknown>): Promise<string> {
  const caught = streams()
  for (const stream of caught) stream.mockClear()
  const outcome = await run().catch((error: unknown) => error)
  const written = caught.flatMap(({ mock }) => mock.calls.map(([chunk]) => String(chunk))).join('')
  return written + inspect(outcome, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null })
}
