import { expect } from 'vitest'
import type { Asterisk } from '../asterisk.ts'
import { until } from './until.ts'

const OUTCOME = /\[(\w+)@outcome:1\].*outcome=(\w*) devices=(\d*) woke=(\d*) ms=(\d*)"/g
/** Of a line of `pjsip show channelstats`: packets received (then lost, percent, jitter) and sent; from 10,000 on with a K. */
const PACKETS = /ulaw +(\d+)K? +\S+ +\S+ +\S+ +(\d+)/g

/** What Asterisk knows. Each waits until it is so. */
export function observe({ cli, output }: Asterisk) {
  const contacts = () => cli('pjsip show contacts')
  return {
    registered: (extension: string) => until(async () => expect(await contacts()).toContain(`${extension}/sip:`)),
    gone: (extension: string) => until(async () => expect(await contacts()).not.toContain(`${extension}/sip:`)),
    /** What the dialplan was told of the last call to this extension: status, devices, phones that woke, ms to the first. */
    outcome: (extension: string) =>
      until(() => {
        const last = [...output().matchAll(OUTCOME)].findLast(([, called]) => called === extension)
        expect(last).toBeDefined()
        const [, , status, devices, woke, wakeMs] = last ?? []
        return { status, devices: Number(devices), woke: Number(woke), wakeMs: wakeMs ? Number(wakeMs) : undefined }
      }),
    /** Two talk: RTP comes from both, and goes to both. */
    rtpFlows: () =>
      until(async () => {
        const stats = await cli('pjsip show channelstats')
        const flows = [...stats.matchAll(PACKETS)].map(([, received, sent]) => Number(received) > 20 && Number(sent) > 20)
        expect(flows, stats).toEqual([true, true])
      }),
    /** Nobody talks or rings any more. Who does is ended, so that the next test finds peace. */
    async idle(): Promise<void> {
      try {
        await until(async () => expect(await cli('core show channels count')).toContain('0 active channels'))
      } finally {
        await cli('channel request hangup all')
      }
    },
  }
}
