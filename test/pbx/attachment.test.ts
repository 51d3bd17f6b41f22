import { describe, expect, test, vi } from 'vitest'
import { arrived, at, ringing, runAll, runAri, until, virtualTime } from './ari-harness.ts'
import { type StubAri, startStubAri } from './stub-ari.ts'

/** Nothing listens there. */
const NO_PNS = 'http://127.0.0.1:1'

describe('the connection is cut', () => {
  test('and made again: with its subscription and filter, and the next call is taken', async () => {
    const { stub, app, leg } = await runAll()
    await app.lose(() => stub.apps.clear())
    stub.call(['1001'])
    await until(() => expect(app.said('pushed')).toHaveLength(1))
    await arrived(stub)
    stub.register('1001', at(5070))
    expect((await leg()).query.endpoint).toContain(at(5070))
    expect(app.said('lost Asterisk')).toHaveLength(1)
  })

  test('a phone rings on, and is dialled once', async () => {
    const { stub, app, caller, leg, handedBack, pushes } = await ringing()
    await app.lose(() => stub.ring(leg.id))
    stub.register('1001', at(5060))
    stub.answer(leg.id)
    expect((await handedBack(caller)).WAKECALL_STATUS).toBe('ANSWERED')
    expect(stub.to('POST', /\/wakecall-[^/]+$/)).toHaveLength(1)
    expect(pushes()).toHaveLength(1)
  })

  test('the caller goes meanwhile: the phone stops ringing, the push is cancelled', async () => {
    const { stub, app, caller, leg, hungUp, cancels } = await ringing()
    await app.lose(() => stub.end(caller))
    await hungUp(leg.id, 'normal')
    await until(() => expect(cancels()).toEqual(['l-1001?reason=caller_hung_up']))
  })

  test('the phone answers in the moment of the cut', async () => {
    const { stub, app, caller, leg, handedBack } = await ringing()
    await app.lose(() => stub.answerUnheard(leg.id))
    expect(await handedBack(caller)).toMatchObject({ WAKECALL_STATUS: 'ANSWERED', WAKECALL_PEER: leg.name })
  })

  test('the phone answers meanwhile, which nobody hears: it rings once more', async () => {
    const { stub, app, caller, leg, handedBack } = await ringing()
    await app.lose(() => stub.answer(leg.id))
    const again = await until(() => {
      const [found] = stub.legs()
      expect(found?.query.endpoint).toBe(leg.query.endpoint)
      return found?.id ?? ''
    })
    stub.answer(again)
    expect((await handedBack(caller)).WAKECALL_STATUS).toBe('ANSWERED')
  })

  test('the phone is gone meanwhile: it is not rung, and the caller waits for who sleeps', async () => {
    const { stub, app, caller, leg } = await ringing()
    await app.lose(() => {
      stub.end(leg.id, 17)
      stub.register('1001', at(5060), 'Removed')
    })
    await until(() => expect(app.said('leg over')).toHaveLength(1))
    await arrived(stub)
    expect([stub.legs().length, stub.continued(caller)]).toEqual([0, 0])
  })

  test('a phone registers meanwhile: it is dialled', async () => {
    const { stub, app } = await ringing()
    await app.lose(() => stub.register('1001', at(5070)))
    await until(() => expect(stub.legs().map(({ query }) => query.endpoint)).toContain(`PJSIP/1001/${at(5070)}`))
  })

  test('what Asterisk could not be told is told when it is back', async () => {
    const { stub, app, caller, leg, handedBack } = await ringing()
    stub.fate = ({ path }) => (path.startsWith(`/ari/channels/${caller}/`) ? 'close' : undefined)
    stub.answer(leg.id)
    await until(() => expect(app.said('the call is not handed back')).toHaveLength(1))
    expect(stub.continued(caller)).toBe(0)
    await app.lose(() => {
      stub.fate = () => undefined
    })
    expect(await handedBack(caller)).toMatchObject({ WAKECALL_STATUS: 'ANSWERED', WAKECALL_PEER: leg.name })
  })

  test('a phone that was joined meanwhile talks on', async () => {
    const { stub, app, caller, leg, handedBack } = await ringing()
    virtualTime()
    stub.dialplanJoins = false
    stub.answer(leg.id)
    await handedBack(caller)
    await app.lose(() => {
      leg.dialplan = { app_name: 'AppDial2', app_data: '' }
    })
    vi.advanceTimersByTime(5_000)
    await arrived(stub)
    expect(stub.to('DELETE', /wakecall-/)).toEqual([])
  })

  test('a caller who came again meanwhile is taken', async () => {
    const { stub, app, withoutPhones, pushes, handedBack } = await runAll()
    withoutPhones()
    const caller = stub.call(['1001'], { linkedid: 'l' })
    await handedBack(caller)
    await app.lose(() => stub.enter(caller, 'wakecall', ['1002']))
    await until(() => expect(pushes().map(({ to }) => to)).toEqual(['1001', '1002']))
  })
})

describe('an Asterisk that cannot be worked with', () => {
  test.each([
    ['wrong password', { password: 'another' }, {}, 'ari_refused', 'ari.password'],
    ['read-only user', {}, { readOnly: true }, 'ari_read_only', 'read_only=no'],
    ['too old', {}, { version: '13.38.3' }, 'asterisk_too_old', '16 or later'],
  ])('%s: said once, and given up', async (_, ari, change, code, next) => {
    const stub = Object.assign(await startStubAri(), change)
    const app = runAri(stub, NO_PNS, ari)
    await expect(app.attached).rejects.toMatchObject({ code, settled: true, message: expect.stringContaining(next) })
    expect(app.lines).toMatchObject([{ level: 50, code, msg: expect.stringContaining(next) }])
    expect(JSON.stringify(app.lines)).not.toContain('another')
  })

  test.each(['16.30.0', 'certified/18.9-cert3', '22.10.1', 'GIT-master-24.0'])('%s will do', async (version) => {
    const stub = Object.assign(await startStubAri(), { version })
    await runAri(stub, NO_PNS).attached
  })

  test.each<[string, StubAri['fate'], string]>([
    ['what has no ARI', () => ({ status: 404 }), 'ari_stranger'],
    ['what hangs up', () => 'close', 'ari_unreachable'],
  ])('%s: tried again until it can', async (_, fate, code) => {
    const stub = await startStubAri()
    stub.fate = fate
    const app = runAri(stub, NO_PNS)
    await until(() => expect(app.lines).toMatchObject([{ level: 50, code }]))
    stub.fate = () => undefined
    await app.attached
  })

  test('a website that knows every page is no Asterisk', async () => {
    const stub = await startStubAri()
    stub.fate = () => ({ status: 200, body: '<html>' })
    const app = runAri(stub, NO_PNS)
    await until(() => expect(app.lines).toMatchObject([{ level: 50, code: 'ari_stranger' }]))
  })

  test('its URL may end in a slash', async () => {
    const stub = await startStubAri()
    await runAri(stub, NO_PNS, { url: `${stub.place.url}/` }).attached
  })
})

describe('a stop', () => {
  test('hands back what rings, without a status, and unsubscribes', async () => {
    const { stub, app, caller, leg, cancels } = await ringing()
    await app.close()
    expect(stub.continued(caller)).toBe(1)
    expect(stub.channels.get(caller)?.variables).toMatchObject({ WAKECALL_STATUS: '', WAKECALL_PEER: '' })
    expect(stub.channels.has(leg.id)).toBe(false)
    expect(cancels()).toEqual(['l-1001?reason=caller_hung_up'])
    await until(() => expect([...stub.apps.keys()]).toEqual([]))
  })

  test('a caller who comes while it waits for the PNS is handed back too', async () => {
    const { stub, relay, app, caller } = await ringing()
    const held = Promise.withResolvers<void>()
    relay.fate = async (received) => {
      if (received.method === 'DELETE') await held.promise
      return relay.well(received)
    }
    const closed = app.close()
    await until(() => expect(stub.continued(caller)).toBe(1))
    const late = stub.call(['1002'])
    await until(() => expect(stub.to('POST', new RegExp(`/${late}/`)).length).toBeGreaterThan(0))
    held.resolve()
    await closed
    expect(stub.continued(late)).toBe(1)
  })

  test('while it attaches leaves no connection behind', async () => {
    const stub = await startStubAri()
    const held = Promise.withResolvers<undefined>()
    stub.fate = ({ path }) => {
      if (path === '/ari/channels') return held.promise
      return path.endsWith('/wakecall-standby') ? 'hang' : undefined
    }
    const app = runAri(stub, NO_PNS)
    await until(() => expect(stub.to('GET', /channels$/)).toHaveLength(1))
    const closed = app.close()
    await arrived(stub)
    held.resolve(undefined)
    await until(() => expect([stub.open(), ...stub.apps.keys()]).toEqual([0]))
    await closed
  })

  test('while it begins to stand by leaves no connection behind', async () => {
    const { stub, app, run } = await runAll()
    const held = Promise.withResolvers<undefined>()
    stub.fate = ({ query }) => (query.app === 'wakecall-standby' ? held.promise : undefined)
    await run().attached
    await until(() => expect(stub.to('GET', /events$/)).toHaveLength(3))
    const closed = app.close()
    held.resolve(undefined)
    await closed
    await until(() => expect([...stub.apps.keys()]).toEqual(['wakecall']))
  })
})
