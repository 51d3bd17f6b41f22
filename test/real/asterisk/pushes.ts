import { expect } from 'vitest'
import { type Fate, tokenOf } from '../../../local/tokens.ts'
import type { Started } from '../namespace.ts'
import { until } from './until.ts'

/** What a phone of the local cloud saw; `woke` is the moment at which a real one would register. */
type Sight = { phone: string; kind: string; detail?: string; callId?: string }

/** The objects among the lines of a program. */
export const objectsIn = <T>(output: string): T[] =>
  output.split('\n').flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line) as T] : []))

/** Devices, and the pushes that reach them. `pns` asks it. */
export function pushesOf(cloud: Pick<Started, 'output'>, pns: (path: string, ...args: string[]) => Promise<string>) {
  const seen = (phone: string, kind: string): Sight[] =>
    objectsIn<Sight>(cloud.output()).filter((sight) => sight.phone === phone && sight.kind === kind)

  return {
    seen,
    /** A device of the extension, which the relay knows already when this resolves; gives its token. */
    async device(extension: string, phone: string, fate: Fate = 'accept'): Promise<string> {
      const token = tokenOf({ kind: 'voip', phone, fate })
      const params = { extension, deviceId: phone, platform: 'ios', token, alertToken: tokenOf({ kind: 'alert', phone, fate }) }
      await pns('/register', ...Object.entries(params).flatMap(([name, value]) => ['-d', `${name}=${value}`]))
      const confirmed = new RegExp(`"${phone}".*"confirmed":true`)
      await until(async () => expect(await pns(`/devices?extension=${extension}`)).toMatch(confirmed))
      return token
    },
    /** Waits until a push has woken this phone for as many calls. */
    woken: (phone: string, calls = 1) =>
      until(() => {
        const wake = seen(phone, 'woke')[calls - 1]
        expect(wake, `a wake of ${phone}\n${cloud.output()}`).toBeDefined()
        return { callId: String(wake?.callId) }
      }),
  }
}
