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
