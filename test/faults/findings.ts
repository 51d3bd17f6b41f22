const LINES = 60
const SHOWN = 3

export type Findings = ReturnType<typeof createFindings>

/** What was found wrong, and the history of everything that it may be asked for: by extension's unit, by call. */
export function createFindings(began: number) {
  const stories = new Map<string, string[]>()
  const found: string[] = []
  const stopping = new AbortController()
  return {
    signal: stopping.signal,
    tell(subject: string, line: string): void {
      const story = stories.get(subject) ?? []
      stories.set(subject, story)
      story.push(`${((performance.now() - began) / 1000).toFixed(3).padStart(9)}  ${line}`)
      if (story.length > LINES) story.shift()
    },
    /** The run ends with it. */
    wrong(what: string, subject?: string): void {
      const story = stories.get(subject ?? '') ?? []
      if (found.length < SHOWN) found.push([what, ...story.map((line) => `  ${line}`)].join('\n'))
      stopping.abort()
    },
    found: (): readonly string[] => found,
  }
}
