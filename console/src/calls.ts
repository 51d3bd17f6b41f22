import { computed, signal } from '@preact/signals'
import { type CallRecord, stateOf } from '../../client/call-record.ts'
import { get, mustSignIn } from './api.ts'

const HOUR_MS = 3600 * 1000
const PAGE = 200

const known = signal<ReadonlyMap<string, CallRecord>>(new Map())
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting')
/** Whether the PNS may remember older calls than those that are here. */
export const isMore = signal(false)

/** Newest first. */
export const calls = computed(() => [...known.value.values()].sort((a, b) => b.askedAt - a.askedAt))

const IN_PROGRESS = new Set(['asked', 'pushed', 'woke'])
const RINGING_MS = 120_000

/** Whether phones may still ring for it. */
export const isInProgress = (call: CallRecord, now: number): boolean =>
  IN_PROGRESS.has(stateOf(call)) && now - call.askedAt < RINGING_MS

function add(changed: readonly CallRecord[]): void {
  const merged = new Map(known.value)
  for (const call of changed) merged.set(call.callId, call)
  known.value = merged
}

export async function loadOlder(): Promise<void> {
  const oldest = calls.value.at(-1)
  if (!oldest) return
  const { calls: older } = await get<{ calls: CallRecord[] }>(`/calls?limit=${PAGE}&before=${encodeURIComponent(oldest.callId)}`)
  isMore.value = older.length === PAGE && Date.now() - (older.at(-1)?.askedAt ?? 0) < HOUR_MS
  add(older)
}

/** Listens until the page goes. A browser comes back by itself after a break, but not after a refusal. */
export function listen(): void {
  const source = new EventSource('/events')
  source.addEventListener('snapshot', ({ data }) => {
    const newest = JSON.parse(data) as CallRecord[]
    // The PNS may have started anew, and know nothing of what it said before.
    known.value = new Map(newest.map((call) => [call.callId, call]))
    isMore.value = newest.length === PAGE
    connection.value = 'live'
  })
  source.addEventListener('calls', ({ data }) => add(JSON.parse(data)))
  source.addEventListener('error', () => {
    connection.value = 'lost'
    if (source.readyState !== EventSource.CLOSED) return
    void get('/console').catch(() => {})
    setTimeout(() => {
      if (!mustSignIn.value) listen()
    }, 1000)
  })
}
