import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, it, test } from 'vitest'
import { createGatewayDevices, type RegisteredPhone } from '../../../pbx/kamailio/devices.ts'
import type { DevicesDeps } from '../../../pbx/registered-devices.ts'
import { ALERT, FCM, VOIP } from '../../client/keys.ts'
import { APPS, android, at, iphone, OLD, openPnsPort, SECONDS } from '../push-phones.ts'

const INSTANCE = '<urn:uuid:one>'
const tail = (token: string) => `…${token.slice(-6)}`
const phone = (contact: string, told: Partial<RegisteredPhone> = {}) => ({
  extension: '1001',
  phone: INSTANCE,
  contact,
  ...told,
})

/** The gateway as it begins. */
function begin(pns: DevicesDeps['pns']) {
  const lines: string[] = []
  let now = 0
  const log = pino({}, { write: (line: string) => void lines.push(line) })
  const devices = createGatewayDevices({ pns, apps: APPS, now: () => now, log })
  const pass = (ms: number) => {
    now += ms
  }
  return { ...devices, lines, pass }
}

async function openWorld() {
  const { port, asked, devices } = await openPnsPort()
  const gateway = begin(port)
  const known = async (extension = '1001') => {
    await gateway.settled()
    return devices(extension)
  }
  /** A new gateway, which knows nothing. */
  const restart = async () => {
    await gateway.settled()
    asked.length = 0
    return begin(port)
  }
  return { ...gateway, port, asked, devices: known, restart }
}

const away = () => Promise.reject(Object.assign(new Error('It is away.'), { code: 'ECONNREFUSED' }))

describe('a phone that registers', () => {
  it('is told of once a day, or when it says something new', async () => {
    const { registered, pass, devices, asked } = await openWorld()
    registered(phone(at(5060)))
    registered(phone(at(5060)))
    expect(await devices()).toMatchObject([{ platform: 'ios', token: tail(VOIP), alertToken: tail(ALERT), app: 'phone' }])
    registered(phone(at(5061)))
    await devices()
    expect(asked).toEqual(['/register'])
    registered(phone(at(5061, iphone().replace(ALERT, OLD))))
    expect(await devices()).toMatchObject([{ alertToken: tail(OLD) }])
    pass(24 * 3600 * SECONDS)
    registered(phone(at(5061, iphone().replace(ALERT, OLD))))
    await devices()
    expect(asked).toEqual(['/register', '/register', '/register'])
  })

  it.each([INSTANCE, 'a Call-ID'])('with another token is the same device (%s)', async (id) => {
    const { registered, devices } = await openWorld()
    registered(phone(at(5060, iphone(OLD)), { phone: id }))
    const [{ deviceId } = {}] = await devices()
    registered(phone(at(5060), { phone: id }))
    expect(await devices()).toMatchObject([{ deviceId, token: tail(VOIP) }])
    registered(phone(at(5060, android()), { phone: id }))
    expect(await devices()).toMatchObject([{ deviceId, token: tail(FCM) }])
  })

  it('beside another one is another device, unless they have one token', async () => {
    const { registered, devices } = await openWorld()
    registered(phone(at(5060)))
    registered(phone(at(5061, android()), { phone: '<urn:uuid:two>' }))
    expect(await devices()).toHaveLength(2)
    registered(phone(at(5062), { phone: '<urn:uuid:three>' }))
    expect(await devices()).toHaveLength(2)
  })

  it('with half of what it has to say keeps its device, and is complained of once', async () => {
    const { registered, unregistered, devices, lines } = await openWorld()
    const partial = `;pn-provider=apns;pn-param=T.x.voip&remote;pn-prid=${ALERT}:remote`
    for (const push of [iphone(), partial, partial]) registered(phone(at(5060, push)))
    expect(await devices()).toHaveLength(1)
    expect(lines).toEqual([expect.stringContaining('no VoIP token')])
    expect(lines.join()).not.toContain(ALERT)
    unregistered(phone(at(5060, partial)))
    expect(await devices()).toEqual([])
  })

  it('is tried again at its next REGISTER if the PNS is away', async () => {
    const { registered, devices, port, lines } = await openWorld()
    const { register: works } = port
    port.register = away
    registered(phone(at(5060)))
    expect(await devices()).toEqual([])
    expect(lines).toEqual([expect.stringContaining('"code":"ECONNREFUSED","said":"It is away."')])
    port.register = works
    registered(phone(at(5060)))
    expect(await devices()).toHaveLength(1)
  })
})

test.each([INSTANCE, 'a Call-ID'])('a phone that says nothing of pushes any more has no device (%s)', async (id) => {
  const { registered, devices } = await openWorld()
  registered(phone(at(5060), { phone: id }))
  registered(phone(at(5060, ''), { phone: 'another' }))
  expect(await devices()).toHaveLength(1)
  registered(phone(at(5060, ''), { phone: id }))
  expect(await devices()).toEqual([])
})

test('a desk phone is nothing to the PNS', async () => {
  const { registered, unregistered, devices, asked } = await openWorld()
  registered(phone(at(5060, '')))
  unregistered(phone(at(5060, '')))
  expect(await devices()).toEqual([])
  expect(asked).toEqual([])
})

describe('a phone that unregisters', () => {
  it.each([
    [INSTANCE, INSTANCE],
    ['a Call-ID', 'a Call-ID'],
    ['a Call-ID', ''],
  ])('has no device of this extension, and has one when it is back (%s, then "%s")', async (id, said) => {
    const { registered, unregistered, devices, asked } = await openWorld()
    for (const extension of ['1001', '1002']) registered(phone(at(5060), { extension, phone: id }))
    unregistered(phone(at(5060), { phone: said }))
    expect([await devices('1001'), await devices('1002')]).toMatchObject([[], [{}]])
    asked.length = 0
    for (const extension of ['1001', '1002']) registered(phone(at(5060), { extension, phone: id }))
    expect(await devices()).toHaveLength(1)
    expect(asked).toEqual(['/register'])
  })

  it('without an instance is not taken for another one that does so at the same time', async () => {
    const { registered, unregistered, devices } = await openWorld()
    const contacts = [at(5060), at(5061, android()), at(5062, iphone(OLD))]
    for (const contact of contacts) registered(phone(contact, { phone: `Call-ID of ${contact}` }))
    expect(await devices()).toHaveLength(3)
    for (const contact of contacts) unregistered(phone(contact, { phone: '' }))
    expect(await devices()).toEqual([])
  })

  it('where it was before it moved keeps its device; where it is, it loses it', async () => {
    const { registered, unregistered, devices } = await openWorld()
    for (const port of [5060, 5061, 5060, 5061]) registered(phone(at(port)))
    unregistered(phone(at(5060)))
    expect(await devices()).toHaveLength(1)
    unregistered(phone(at(5061)))
    expect(await devices()).toEqual([])
  })

  it('is removed the next time if the PNS is away', async () => {
    const { registered, unregistered, devices, port, lines } = await openWorld()
    const { remove: works } = port
    registered(phone(at(5060)))
    port.remove = away
    unregistered(phone(at(5060)))
    expect(await devices()).toHaveLength(1)
    expect(lines).toEqual([expect.stringContaining('a device is not removed')])
    port.remove = works
    unregistered(phone(at(5060)))
    expect(await devices()).toEqual([])
  })
})

describe.each([
  ['with an instance', INSTANCE, INSTANCE],
  ['without one', 'a Call-ID', ''],
])('after a restart, a phone %s', (_, before, said) => {
  it('that registers again is the same device', async () => {
    const { registered, devices, restart } = await openWorld()
    registered(phone(at(5060), { phone: before }))
    const known = await devices()
    const again = await restart()
    again.registered(phone(at(5061), { phone: before === INSTANCE ? INSTANCE : 'another Call-ID' }))
    await again.settled()
    expect(await devices()).toEqual(known.map((device) => ({ ...device, changedAt: expect.any(Number) })))
  })

  it('that unregisters has no device of this extension any more', async () => {
    const { registered, devices, restart } = await openWorld()
    for (const extension of ['1001', '1002']) registered(phone(at(5060), { extension, phone: before }))
    const again = await restart()
    again.unregistered(phone(at(5060), { phone: said }))
    await again.settled()
    expect([await devices('1001'), await devices('1002')]).toMatchObject([[], [{}]])
  })
})

const event = fc.record({
  id: fc.constantFrom(INSTANCE, '<urn:uuid:two>'),
  port: fc.constantFrom(5060, 5061),
  registers: fc.boolean(),
})

test('however long the PNS takes: one question at a time, and in the end who is registered has a device', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(event, { maxLength: 12 }), async (scheduler, events) => {
      /** Tokens by device. */
      const had = new Map<string, string>()
      let asking = 0
      const one = async (work: () => void) => {
        asking += 1
        expect(asking).toBe(1)
        await scheduler.schedule(Promise.resolve())
        asking -= 1
        work()
      }
      const gateway = begin({
        async register({ token, deviceId = '' }) {
          await one(() => void had.set(deviceId, token))
          return deviceId
        },
        remove: ({ deviceId }) => one(() => void had.delete(deviceId)),
      })
      const contacts = new Map<string, string>()
      for (const { id, port, registers } of events) {
        const token = id === INSTANCE ? VOIP : OLD
        const contact = at(port, iphone(token))
        if (registers) contacts.set(id, contact)
        else if (contacts.get(id) === contact) contacts.delete(id)
        else continue
        gateway[registers ? 'registered' : 'unregistered'](phone(contact, { phone: id }))
        if (scheduler.count() > 0) await scheduler.waitOne()
      }
      await scheduler.waitIdle()
      await gateway.settled()
      const living = [...contacts.keys()].map((id) => (id === INSTANCE ? VOIP : OLD))
      expect(new Set(had.values())).toEqual(new Set(living))
    }),
  )
})
