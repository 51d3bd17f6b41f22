import type { Cloud, CloudPart } from '../../cloud.ts'
import type { Deed, PhoneCall } from '../../phones/call.ts'
import { FATES } from '../../tokens.ts'
import type { PnsProcess } from '../pns.ts'
import { type Placed, registrationOf } from './placed.ts'
import { StageProblem } from './problem.ts'
import { type Shown, shownPhone } from './shown.ts'

type Name = Pick<Placed, 'name'>

/** `registered`: the phones that the PNS has already. `keep` is told of all after one came or went, or has another fate. */
export type StageOptions = {
  registered: readonly Placed[]
  cloud: Pick<Cloud, 'phones' | 'setAway'>
  pns: Pick<PnsProcess, 'post'>
  keep: (placed: readonly Placed[]) => void
}

export type Stage = ReturnType<typeof createStage>

/**
 * The virtual phones, what somebody does with them, and the parts of the cloud that can be taken away. What the PBX would tell the
 * PNS then, it tells. All reject with `StageProblem`.
 */
export function createStage({ registered, cloud: { phones, setAway }, pns, keep }: StageOptions) {
  const placed = new Map(registered.map((phone) => [phone.name, phone]))
  const away: Record<CloudPart, boolean> = { relay: false, dynamodb: false, sns: false }

  const tell = (path: string, params: Record<string, string>) =>
    pns.post(path, params).catch((cause: Error) => {
      throw new StageProblem('pns_refused', `${path}: ${cause.message}`, { cause })
    })

  function find(name: string): Placed {
    const phone = placed.get(name)
    if (!phone) throw new StageProblem('phone_not_found', 'No virtual phone has this name: GET /phones lists them.')
    return phone
  }

  function place(phone: Placed): void {
    placed.set(phone.name, phone)
    keep([...placed.values()])
  }

  function drop(name: string): void {
    placed.delete(name)
    keep([...placed.values()])
  }

  function act(name: string, deed: Deed, otherwise: string): PhoneCall {
    find(name)
    const call = phones.act(name, deed)
    if (!call) throw new StageProblem('wrong_state', otherwise)
    return call
  }

  return {
    show: (): Shown => ({
      phones: [...placed.values()].map((phone) => shownPhone(phone, phones.calls(phone.name), phones.history(phone.name))),
      fates: FATES,
      away: { ...away },
    }),

    async add(phone: Placed): Promise<void> {
      if (placed.has(phone.name))
        throw new StageProblem('name_taken', 'A phone has this name already: choose another, or remove that phone.')
      place(phone)
      await tell('/register', registrationOf(phone)).catch((error) => {
        drop(phone.name)
        throw error
      })
    },

    async remove({ name }: Name): Promise<void> {
      const { extension } = find(name)
      await tell('/delete', { extension, deviceId: name })
      drop(name)
      phones.forget(name)
    },

    async setFate({ name, fate }: Pick<Placed, 'name' | 'fate'>): Promise<void> {
      const phone = { ...find(name), fate }
      await tell('/register', registrationOf(phone))
      place(phone)
    },

    async answer({ name }: Name): Promise<void> {
      const { callId } = act(name, 'answered', 'The phone does not ring: ring its extension first.')
      await tell('/answered', { callId, extension: find(name).extension, deviceId: name })
      await tell('/cancel_call', { callId, reason: 'answered_elsewhere' })
    },

    async decline({ name }: Name): Promise<void> {
      const { callId } = act(name, 'declined', 'The phone does not ring: ring its extension first.')
      // A PBX gives up when nobody is left to ring.
      const states = [...placed.keys()].flatMap((phone) => phones.calls(phone).filter((call) => call.callId === callId))
      if (!states.some(({ state }) => state === 'waking' || state === 'ringing')) {
        await tell('/cancel_call', { callId, reason: 'declined' })
      }
    },

    async hangUp({ name }: Name): Promise<void> {
      act(name, 'hung_up', 'Nobody talks on this phone: ring its extension, and answer.')
    },

    async setAway({ part, away: isAway }: { part: CloudPart; away: boolean }): Promise<void> {
      await setAway(part, isAway)
      away[part] = isAway
    },
  }
}
