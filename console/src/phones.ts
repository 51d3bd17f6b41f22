import { signal } from '@preact/signals'
import { attempt, post } from './api.ts'
import type { Stage } from './stage.ts'
import { follow } from './stream.ts'

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
