import { type DeviceKey, isLive, type StoredDevice } from '../../core/device.ts'
import { MOST_KEYS, type Pbx, type PbxStore } from '../../core/pbx.ts'
import type { ClaimItem, ClaimKey, Claims, DeviceStore, EndpointLinks, RateStore } from '../../core/ports.ts'

export type Stores = { devices: DeviceStore; links: EndpointLinks; claims: Claims; pbxs: PbxStore; rates: RateStore }

const CLOSING_MS = 60_000
const keyText = (...parts: (string | number)[]): string => JSON.stringify(parts)
const deviceText = ({ pbx, extension, deviceId }: DeviceKey) => keyText(pbx, extension, deviceId)

/** The relay's table in memory, with the semantics of lambdas/aws; test/contract holds both to the same suites. */
export const createMemory = (): Stores => ({
  devices: memoryDevices(),
  links: memoryLinks(),
  claims: memoryClaims(),
  pbxs: memoryPbxs(),
  rates: memoryRates(),
})

function memoryDevices(): DeviceStore {
  const stored = new Map<string, StoredDevice>()
  const counts = new Map<string, number>()
  const read = (key: DeviceKey) => structuredClone(stored.get(deviceText(key)))
  const putIf = async (next: StoredDevice, holds: (before: StoredDevice | undefined) => boolean) => {
    const before = read(next)
    const applied = holds(before)
    if (applied) stored.set(deviceText(next), structuredClone(next))
    return { applied, stored: before }
  }
  return {
    get: async (key) => read(key),
    of: async (pbx, extension) =>
      structuredClone([...stored.values()].filter((one) => one.pbx === pbx && one.extension === extension).filter(isLive)),
    put: (device) => putIf(device, (before) => !before || before.version < device.version),
    bury: ({ pbx, extension, deviceId }, version, when) =>
      putIf({ pbx, extension, deviceId, version, removed: true }, (before) =>
        when === 'same' ? before?.version === version : !before || before.version < version,
      ),
    countOf: async (pbx) => counts.get(pbx) ?? 0,
    count: async (pbx, change) => void counts.set(pbx, (counts.get(pbx) ?? 0) + change),
  }
}

function memoryLinks(): EndpointLinks {
  const links = new Map<string, Map<string, number>>()
  const closing = new Map<string, Map<string, number>>()
  let marks = 0
  const linksOf = (arn: string) => links.get(arn) ?? new Map<string, number>()
  return {
    link: async (arn, key, version) => {
      const newest = Math.max(version, linksOf(arn).get(deviceText(key)) ?? version)
      links.set(arn, linksOf(arn).set(deviceText(key), newest))
    },
    unlink: async (arn, key, version) => {
      if ((linksOf(arn).get(deviceText(key)) ?? version) <= version) linksOf(arn).delete(deviceText(key))
    },
    of: async (arn, now) => ({
      devices: linksOf(arn).size,
      closing: [...(closing.get(arn)?.values() ?? [])].some((until) => until > now),
    }),
    devicesOf: async (arn) =>
      [...linksOf(arn).keys()].map((key) => {
        const [pbx, extension, deviceId] = JSON.parse(key)
        return { pbx, extension, deviceId }
      }),
    setClosing: async (arn, now) => {
      const mark = String(++marks)
      closing.set(arn, (closing.get(arn) ?? new Map()).set(mark, now + CLOSING_MS))
      return mark
    },
    clearClosing: async (arn, mark) => void closing.get(arn)?.delete(mark),
  }
}

function memoryClaims(): Claims {
  const items = new Map<string, ClaimItem>()
  const open = new Set<string>()
  const openOf = (key: ClaimKey) => `${textOf(key)} ${key.slot}`
  const textOf = ({ pbx, id, slot }: ClaimKey) => keyText(pbx, slot === 'message' ? 'message' : 'call', id)
  const held = (key: ClaimKey, until: number): ClaimItem => {
    const item = items.get(textOf(key))
    if (item?.lease[key.slot] !== until) throw new Error('the lease is not held')
    delete item.lease[key.slot]
    return item
  }
  return {
    take: async (key, { now, until }, fields) => {
      const { slot } = key
      const item = items.get(textOf(key)) ?? { lease: {}, result: {} }
      const lease = item.lease[slot] ?? Number.NEGATIVE_INFINITY
      const taken = (!item.result[slot] || open.has(openOf(key))) && lease < now && !(slot === 'ring' && item.cancelReason)
      if (taken) {
        open.delete(openOf(key))
        delete item.result[slot]
      }
      const next = taken ? { ...fields, ...item, lease: { ...item.lease, [slot]: until } } : item
      if (taken) items.set(textOf(key), next)
      return { taken, item: structuredClone(next) }
    },
    finish: async (key, until, result, final) => {
      Object.assign(held(key, until).result, { [key.slot]: structuredClone(result) })
      if (!final) open.add(openOf(key))
    },
    release: async (key, until) => void held(key, until),
    get: async (pbx, id) => structuredClone(items.get(textOf({ pbx, id, slot: 'ring' }))),
  }
}

function memoryPbxs(): PbxStore {
  const pbxs = new Map<string, Pbx>()
  const codes = new Map<string, string>()
  const read = (id: string) => structuredClone(pbxs.get(id))
  const update = async (id: string, change: (pbx: Pbx) => Pbx | false) => {
    const before = read(id)
    const after = before && change(before)
    if (!after) return undefined
    pbxs.set(id, structuredClone(after))
    return read(id)
  }
  const hasRoom = ({ keys }: Pbx, keyId: string) => keyId in keys || Object.keys(keys).length < MOST_KEYS
  return {
    get: async (id) => read(id),
    list: async () => structuredClone([...pbxs.values()].sort((a, b) => (a.id < b.id ? -1 : 1))),
    create: async (pbx) => !pbxs.has(pbx.id) && pbxs.set(pbx.id, structuredClone(pbx)).has(pbx.id),
    setQuotas: (id, quotas) => update(id, (pbx) => ({ ...pbx, quotas: { ...pbx.quotas, ...quotas } })),
    revoke: (id, now) => update(id, ({ invitation, ...pbx }) => ({ ...pbx, keys: {}, revokedAt: now })),
    noteCode: async ({ codeHash }, id) => void codes.set(codeHash, id),
    pbxOfCode: async (codeHash) => codes.get(codeHash),
    invite: (id, invitation, { name, ...quotas }) =>
      update(id, ({ revokedAt, ...pbx }) => ({
        ...pbx,
        name: name ?? pbx.name,
        quotas: { ...pbx.quotas, ...quotas },
        invitation,
      })),
    enrol: (id, codeHash, keyId, publicKey, now) =>
      update(id, ({ invitation, ...pbx }) => {
        const valid = invitation?.codeHash === codeHash && invitation.until > now && hasRoom(pbx, keyId)
        return valid && { ...pbx, keys: { ...pbx.keys, [keyId]: { publicKey, addedAt: now, codeHash } } }
      }),
    addKey: (id, signer, keyId, key) =>
      update(id, (pbx) => signer in pbx.keys && hasRoom(pbx, keyId) && { ...pbx, keys: { [keyId]: key, ...pbx.keys } }),
    removeKey: (id, keyId, having) =>
      update(id, (pbx) => {
        const { [keyId]: _, ...keys } = pbx.keys
        return having in pbx.keys && { ...pbx, keys }
      }),
  }
}

function memoryRates(): RateStore {
  const sums = new Map<string, number>()
  return {
    add: async (pbx, minute, pushes) => {
      const sum = (sums.get(keyText(pbx, minute)) ?? 0) + pushes
      sums.set(keyText(pbx, minute), sum)
      return sum
    },
  }
}
