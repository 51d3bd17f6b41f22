import { describe, expect, it, test } from 'vitest'
import { ALERT, VOIP } from '../client/keys.ts'
import { android, at, EXPIRY_MS, iphone, OLD, openWorld, SECONDS } from './push-phones.ts'

const tail = (token: string) => `…${token.slice(-6)}`

describe('a contact with push parameters', () => {
  it('is registered, once, with both of its tokens and its app', async () => {
    const { register, devices, asked } = await openWorld()
    register(at(5060))
    expect(await devices()).toMatchObject([{ platform: 'ios', token: tail(VOIP), alertToken: tail(ALERT), app: 'phone' }])
    register(at(5060))
    register(at(5061))
    expect(await devices()).toHaveLength(1)
    expect(asked).toEqual(['/register'])
  })

  it.each([
    ['a-project', 'other'],
    ['unknown', 'com.example.phone'],
    ['__proto__', 'com.example.phone'],
  ])('of the app %s is registered as one of %s', async (project, app) => {
    const { register, devices } = await openWorld()
    register(at(5060, android(project)))
    expect(await devices()).toMatchObject([{ platform: 'android', app }])
  })

  it('is registered again when a day has gone by, or when another alert token came', async () => {
    const { register, pass, devices, asked } = await openWorld()
    register(at(5060))
    register(at(5060, iphone().replace(ALERT, OLD)))
    expect(await devices()).toMatchObject([{ alertToken: tail(OLD) }])
    pass(24 * 3600 * SECONDS)
    register(at(5060, iphone().replace(ALERT, OLD)))
    await devices()
    expect(asked).toEqual(['/register', '/register', '/register'])
  })

  it('that cannot be used is told of once, and without its token', async () => {
    const { register, devices, lines, asked } = await openWorld()
    const partial = `;pn-provider=apns;pn-param=T.x.voip&remote;pn-prid=${ALERT}:remote`
    register(at(5060, partial))
    await devices()
    register(at(5060, partial))
    expect(await devices()).toEqual([])
    expect(asked).toEqual([])
    expect(lines).toEqual([expect.stringContaining('no VoIP token')])
    expect(lines.join()).not.toContain(ALERT)
  })

  it('that the PNS refuses is tried again at the next REGISTER', async () => {
    const { register, devices, port, lines } = await openWorld()
    const { register: works } = port
    port.register = async () => {
      throw Object.assign(new Error('It is away.'), { code: 'ECONNREFUSED' })
    }
    register(at(5060))
    expect(await devices()).toEqual([])
    expect(lines).toEqual([expect.stringContaining('"code":"ECONNREFUSED","said":"It is away."')])
    port.register = works
    register(at(5060))
    expect(await devices()).toHaveLength(1)
  })
})

test('a desk phone is nothing to the PNS', async () => {
  const { register, drop, devices, asked } = await openWorld()
  register(at(5060, ''))
  drop(at(5060, ''))
  expect(await devices()).toEqual([])
  expect(asked).toEqual([])
})

describe('a phone that unregisters', () => {
  it('is removed, and is back when it registers again', async () => {
    const { register, drop, devices, pass } = await openWorld()
    register(at(5060))
    await devices()
    pass(EXPIRY_MS - 3 * SECONDS)
    drop(at(5060))
    expect(await devices()).toEqual([])
    register(at(5060))
    expect(await devices()).toHaveLength(1)
  })

  it('is removed though another phone has registered again at that moment', async () => {
    const { register, drop, devices, pass } = await openWorld()
    register(at(5060))
    register(at(5061, android()))
    await devices()
    pass(60 * SECONDS)
    register(at(5061, android()))
    drop(at(5060))
    expect(await devices()).toMatchObject([{ platform: 'android' }])
  })

  it('is removed of this extension only', async () => {
    const { register, drop, devices } = await openWorld()
    register(at(5060))
    register(at(5060), { extension: '1002' })
    expect([await devices('1001'), await devices('1002')]).toMatchObject([[{}], [{}]])
    drop(at(5060), '1002')
    expect([await devices('1001'), await devices('1002')]).toMatchObject([[{}], []])
  })

  it('is not removed while it is registered at another port', async () => {
    const { register, drop, devices, pass } = await openWorld()
    register(at(5060))
    register(at(5061))
    await devices()
    pass(60 * SECONDS)
    drop(at(5060))
    expect(await devices()).toHaveLength(1)
    drop(at(5061))
    expect(await devices()).toEqual([])
  })

  it('is removed the next time if the PNS is away', async () => {
    const { register, drop, devices, port, lines, asked } = await openWorld()
    const { remove: works } = port
    register(at(5060))
    await devices()
    port.remove = async () => {
      throw Object.assign(new Error('It is away.'), { code: 'ECONNREFUSED' })
    }
    drop(at(5060))
    expect(await devices()).toHaveLength(1)
    expect(lines).toEqual([expect.stringContaining('a device is not removed')])
    port.remove = works
    register(at(5060))
    await devices()
    drop(at(5060))
    expect(await devices()).toEqual([])
    expect(asked).toEqual(['/register', '/delete'])
  })
})

describe('a phone stays a device when', () => {
  it('its contact expires: it is asleep', async () => {
    const { register, expire, devices } = await openWorld()
    register(at(5060))
    await devices()
    expire(at(5060))
    expect(await devices()).toHaveLength(1)
  })

  it('its connection may have closed', async () => {
    const { register, drop, devices } = await openWorld()
    register(at(5060), { fallsWithConnection: true })
    await devices()
    drop(at(5060))
    expect(await devices()).toHaveLength(1)
  })

  it('nobody knows when its contact was to expire', async () => {
    const { tell, devices } = await openWorld()
    tell(at(5060), 'Created')
    await devices()
    tell(at(5060), 'Removed')
    expect(await devices()).toHaveLength(1)
  })

  it('one contact too many took its place', async () => {
    const { register, drop, devices, pass } = await openWorld()
    register(at(5060))
    await devices()
    pass(60 * SECONDS)
    register(at(5061, android()))
    drop(at(5060))
    expect(await devices()).toHaveLength(2)
  })

  it('a contact goes that was there before the application came', async () => {
    const { drop, devices, pns } = await openWorld()
    await pns.post('/register', { extension: '1001', platform: 'ios', token: VOIP })
    drop(at(5060))
    expect(await devices()).toHaveLength(1)
  })
})

describe('a phone that registers', () => {
  it('with another token is the same device', async () => {
    const { register, devices, drop, pass } = await openWorld()
    register(at(5060, iphone(OLD)), { callId: 'a' })
    const [before] = await devices()
    pass(60 * SECONDS)
    register(at(5060), { callId: 'a' })
    expect(await devices()).toEqual([{ ...before, token: tail(VOIP), changedAt: expect.any(Number) }])
    pass(60 * SECONDS)
    drop(at(5060, iphone(OLD)))
    expect(await devices()).toHaveLength(1)
    drop(at(5060))
    expect(await devices()).toEqual([])
  })

  it('with another token is the same device when its earlier contact is heard of again, unless it registers there', async () => {
    const { register, devices, tell, pass } = await openWorld()
    register(at(5060, iphone(OLD)), { callId: 'a' })
    await devices()
    pass(60 * SECONDS)
    register(at(5061), { callId: 'a' })
    await devices()
    tell(at(5060, iphone(OLD)), 'Unreachable')
    expect(await devices()).toMatchObject([{ token: tail(VOIP) }])
    pass(60 * SECONDS)
    register(at(5060, iphone(OLD)), { callId: 'a' })
    expect(await devices()).toMatchObject([{ token: tail(OLD) }])
  })

  it('with another token and another Call-ID may be another phone', async () => {
    const { register, devices } = await openWorld()
    register(at(5060, iphone(OLD)), { callId: 'a' })
    register(at(5060), { callId: 'b' })
    expect(await devices()).toHaveLength(2)
  })

  it('with a token that has a device of its own gives up the other', async () => {
    const { register, devices, pass } = await openWorld()
    register(at(5060, iphone(OLD)), { callId: 'a' })
    register(at(5061), { callId: 'b' })
    const own = (await devices()).find(({ token }) => token === tail(VOIP))
    pass(60 * SECONDS)
    register(at(5062), { callId: 'a' })
    expect(await devices()).toEqual([own])
  })

  it('without push parameters does not want to be pushed to any more (RFC 8599, 4.1.2)', async () => {
    const { register, devices, pass } = await openWorld()
    register(at(5060), { callId: 'a' })
    await devices()
    pass(60 * SECONDS)
    register(at(5060, ''), { callId: 'b' })
    expect(await devices()).toHaveLength(1)
    register(at(5061, ''), { callId: 'a' })
    expect(await devices()).toEqual([])
  })

  it('with its token only the second time keeps it when its first contact is heard of again', async () => {
    const { register, devices, tell, pass } = await openWorld()
    register(at(5061, android()))
    register(at(5060, ''), { callId: 'a' })
    await devices()
    pass(1 * SECONDS)
    register(at(5060), { callId: 'a' })
    await devices()
    tell(at(5060, ''), 'Unreachable')
    expect(await devices()).toHaveLength(2)
  })

  it('keeps its token when the application hears of an earlier contact later', async () => {
    const { register, devices, tell, pass, contacts } = await openWorld()
    register(at(5061, android()))
    contacts.set(`1001 ${at(5060, '')}`, { endsAt: 100 * SECONDS, callId: 'a', fallsWithConnection: false })
    pass(60 * SECONDS)
    register(at(5060), { callId: 'a' })
    tell(at(5060, ''), 'Unreachable')
    expect(await devices()).toHaveLength(2)
  })

  it('with another token while the PNS is away takes its place the next time', async () => {
    const { register, devices, port } = await openWorld()
    const { register: works } = port
    register(at(5060, iphone(OLD)), { callId: 'a' })
    const [before] = await devices()
    port.register = () => Promise.reject(new Error('It is away.'))
    register(at(5060), { callId: 'a' })
    expect(await devices()).toEqual([before])
    port.register = works
    register(at(5060), { callId: 'a' })
    expect(await devices()).toEqual([{ ...before, token: tail(VOIP), changedAt: expect.any(Number) }])
  })
})
