import { signal } from '@preact/signals'
import { attempt, post } from './api.ts'
import { follow } from './stream.ts'

/** What can be seen of a virtual phone of `npm start` (local/demo/stage/shown.ts); `sights` has the newest first. */
export type Phone = {
  name: string
  extension: string
  platform: 'ios' | 'android'
  fate: string
  state: 'locked' | 'waking' | 'ringing' | 'talking' | 'missed' | 'cancelled'
  call?: { callId: string; from: { number: string; name?: string } }
  sights: { at: number; kind: string; detail?: string }[]
}

export type Stage = { phones: Phone[]; fates: string[]; away: Record<string, boolean> }

export const stage = signal<Stage | undefined>(undefined)

/** Follows the phones until it is called off. */
export const followPhones = (): (() => void) =>
  follow('/phones/events', {
    phones: (shown) => {
      stage.value = shown as Stage
    },
  })

/** Does something under `/phones`, which answers with all of them as they are then. */
export const change = (path: string, params: object): Promise<void> =>
  attempt(
    post<Stage>(path, params).then((shown) => {
      stage.value = shown
    }),
  )
