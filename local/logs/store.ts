/** CloudWatch Logs in memory: log groups with their JSON records, the oldest dropped when a group is full. */
type LogEvent = { timestamp: number; message: string; record: unknown }
export type LogStore = {
  write: (group: string, message: string) => void
  read: (group: string) => LogEvent[] | undefined
  groups: () => string[]
}

const MOST = 100_000

export function createLogStore(now: () => number): LogStore {
  const groups = new Map<string, LogEvent[]>()
  return {
    /** A line that is no JSON is kept as its text, as CloudWatch does; no filter pattern of ours finds it. */
    write(group, message) {
      const events = groups.get(group) ?? []
      groups.set(group, events)
      events.push({ timestamp: now(), message, record: parse(message) })
      if (events.length > MOST) events.shift()
    },
    read: (group) => groups.get(group),
    groups: () => [...groups.keys()],
  }
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message)
  } catch {
    return message
  }
}
