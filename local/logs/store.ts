/** CloudWatch Logs in memory: log groups with their messages in the order of their times, the oldest dropped when a group is full. */
type LogEvent = { timestamp: number; message: string }
export type LogStore = {
  write: (group: string, message: string) => void
  read: (group: string) => readonly LogEvent[] | undefined
  /** Where the events from `startTime` on and before `endTime` begin and end in what `read` gives. */
  span: (group: string, startTime: number, endTime: number) => { start: number; end: number }
  groups: () => string[]
}

/** `most`: how many messages a group keeps at least; it holds a tenth more before the oldest go at once. */
export function createLogStore(now: () => number, most = 100_000): LogStore {
  const groups = new Map<string, LogEvent[]>()
  const eventsOf = (group: string): LogEvent[] => groups.get(group) ?? []
  return {
    write(group, message) {
      const events = eventsOf(group)
      groups.set(group, events)
      const timestamp = now()
      // The end, but for a clock that was put back.
      if ((events.at(-1)?.timestamp ?? timestamp) <= timestamp) events.push({ timestamp, message })
      else events.splice(firstFrom(events, timestamp + 1), 0, { timestamp, message })
      if (events.length > 1.1 * most) events.splice(0, events.length - most)
    },
    read: (group) => groups.get(group),
    span: (group, startTime, endTime) => {
      const events = eventsOf(group)
      return { start: firstFrom(events, startTime), end: firstFrom(events, endTime) }
    },
    groups: () => [...groups.keys()],
  }
}

/** The index of the first event at or after a time, by binary search. */
function firstFrom(events: LogEvent[], time: number): number {
  let [low, high] = [0, events.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.timestamp ?? Number.POSITIVE_INFINITY) < time) low = middle + 1
    else high = middle
  }
  return low
}
