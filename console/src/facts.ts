import { signal } from '@preact/signals'
import type { ConsoleFacts } from '../../client/handlers/console.ts'
import { get } from './api.ts'

/** What this PNS is; `undefined` until it has said so. */
export const facts = signal<ConsoleFacts | undefined>(undefined)

export async function learn(): Promise<void> {
  facts.value = await get<ConsoleFacts>('/console')
}
