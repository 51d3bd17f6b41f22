import { computed, signal } from '@preact/signals'
import type { CallRecord } from '../../client/call-record.ts'
import { get } from './api.ts'
import { pnsNow } from './clock.ts'
import { learn } from './facts.ts'
import { type KnownCalls, newestOf, withChanged } from './known-calls.ts'
import { follow } from './stream.ts'

const HOUR_MS = 3600 * 1000
const PAGE = 200

const known = signal<KnownCalls>(new Map())
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting')
/** Whether the PNS may remember older calls than those that are here. */
export const isMore = signal(false)

/** Newest first. */
export const calls = computed(() => newestOf(known.value))

function add(changed: readonly CallRecord[]): void {
  known.value = withChanged(known.value, changed)
}

export async function loadOlder(): Promise<void> {
  const oldest = calls.value.at(-1)
  if (!oldest) return
  const { calls: older } = await get<{ calls: CallRecord[] }>(`/calls?limit=${PAGE}&before=${encodeURIComponent(oldest.callId)}`)
  isMore.value = older.length === PAGE && pnsNow() - (older.at(-1)?.askedAt ?? 0) < HOUR_MS
  add(older)
}

/** The newest calls. The PNS may have started anew: it knows nothing of what it said before, and may be another version. */
function begin(newest: readonly CallRecord[]): void {
  known.value = withChanged(new Map(), newest)
  isMore.value = newest.length === PAGE
  connection.value = 'live'
  void learn().catch(() => {})
}

/** Follows the calls until it is called off. */
export const followCalls = (): (() => void) =>
  follow(
    '/events',
    { snapshot: (newest) => begin(newest as CallRecord[]), calls: (changed) => add(changed as CallRecord[]) },
    () => {
      connection.value = 'lost'
    },
  )
