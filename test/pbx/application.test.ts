import { describe, expect, test } from 'vitest'
import { at, runAll, until } from './ari-harness.ts'

describe('a call', () => {
  test('from Stasis() to the answer: what is asked of Asterisk, of the phones and of the PNS', async () => {
    const { stub, pushes, cancels, leg, handedBack } = await runAll()
    stub.contacts.set('1001', [at(5060)])
    const caller = stub.call(['1001'], { number: '1002', name: 'Ada "the" First', linkedid: '1700000000.1' })
    const { id, query, variables } = await leg()
    await until(() => expect(pushes()).toHaveLength(1))
    expect(pushes()[0]).toMatchObject({
      callId: '1700000000.1-1001',
      to: '1001',
      from: { number: '1002', name: 'Ada "the" First' },
      ringSeconds: 30,
    })
    expect(stub.to('POST', new RegExp(`/${caller}/ring$`))).toHaveLength(1)
    expect(query).toMatchObject({
      endpoint: `PJSIP/1001/${at(5060)}`,
      originator: caller,
      callerId: '"Ada \\"the\\" First" <1002>',
      timeout: '31',
    })
    expect(variables).toEqual({
      WAKECALL_URI: at(5060),
      'PJSIP_HEADER(add,X-Wakecall-Call-Id)': '1700000000.1-1001',
      'CALLERID(num)': '1001',
      'CALLERID(name)': '',
    })
    const net = stub.channels.get(caller)?.variables
    expect(net).toMatchObject({ 'TIMEOUT(absolute)': '35', WAKECALL_ID: '1700000000.1-1001' })
    stub.register('1001', at(5070))
    const woken = await leg(2)
    stub.ring(woken.id)
    stub.answer(woken.id)
    expect(await handedBack(caller)).toMatchObject({
      WAKECALL_STATUS: 'ANSWERED',
      WAKECALL_PEER: woken.name,
      WAKECALL_DEVICES: '1',
      WAKECALL_WOKE: '1',
      WAKECALL_WAKE_MS: expect.stringMatching(/^\d+$/),
    })
    await until(() => expect(stub.channels.has(id)).toBe(false))
    expect(stub.to('DELETE', /wakecall-/).map(({ query: { reason } }) => reason)).toEqual(['answered_elsewhere'])
    // The phone that was pushed to has come: there is nobody to cancel.
    expect(cancels()).toEqual([])
    expect(stub.channels.has(woken.id)).toBe(true)
  })

  test('nobody: a status for the dialplan, and none of a phone', async () => {
    const { stub, withoutPhones, handedBack } = await runAll()
    withoutPhones()
    expect(await handedBack(stub.call(['1001']))).toMatchObject({
      WAKECALL_STATUS: 'NODEVICE',
      WAKECALL_PEER: '',
      WAKECALL_DEVICES: '0',
      WAKECALL_WOKE: '0',
      WAKECALL_WAKE_MS: '',
    })
  })

  test.each([
    [17, 'BUSY'],
    [21, 'BUSY'],
    [19, 'NOANSWER'],
    [20, 'UNAVAILABLE'],
  ])('its only phone ends with cause %i: %s', async (cause, status) => {
    const { stub, withoutPhones, leg, handedBack } = await runAll()
    withoutPhones()
    stub.contacts.set('1001', [at(5060)])
    const caller = stub.call(['1001'])
    stub.end((await leg()).id, cause)
    expect((await handedBack(caller)).WAKECALL_STATUS).toBe(status)
  })

  test('the caller hangs up: legs end, the push is cancelled, nothing is handed back', async () => {
    const { stub, pushes, cancels, leg, hungUp } = await runAll()
    stub.contacts.set('1001', [at(5060)])
    const caller = stub.call(['1001'], { linkedid: 'l' })
    const { id } = await leg()
    await until(() => expect(pushes()).toHaveLength(1))
    stub.end(caller)
    await hungUp(id, 'normal')
    await until(() => expect(cancels()).toEqual(['l-1001?reason=caller_hung_up']))
    expect(stub.to('POST', /continue$/)).toEqual([])
  })

  test.each([
    [{ callerHears: 'music', musicClass: 'jazz' }, 'moh', { mohClass: 'jazz' }],
    [{ callerHears: 'progress' }, 'progress', {}],
  ])('with %j the caller hears that', async (ari, path, query) => {
    const { stub } = await runAll(ari)
    const caller = stub.call(['1001'])
    await until(() => expect(stub.to('POST', new RegExp(`/${caller}/${path}$`))).toMatchObject([{ query }]))
    expect(stub.to('POST', /\/ring$/)).toEqual([])
  })
})

describe('who calls', () => {
  test('a hidden number is in no push, and hidden on the leg', async () => {
    const { stub, pushes, leg } = await runAll()
    stub.contacts.set('1001', [at(5060)])
    stub.call(['1001'], { number: '1002', name: 'Ada', pres: 'prohib_passed_screen' })
    const { variables } = await leg()
    await until(() => expect(pushes()).toHaveLength(1))
    expect(pushes()[0]?.from).toEqual({ number: 'anonymous' })
    expect(variables).toMatchObject({ 'CONNECTEDLINE(pres)': 'prohib' })
  })

  test('a number that is not hidden is not, and no number is anonymous', async () => {
    const { stub, pushes, leg } = await runAll()
    stub.contacts.set('1001', [at(5060)])
    stub.call(['1001'], { number: '', name: '', pres: 'allowed_not_screened' })
    expect((await leg()).variables).not.toHaveProperty('CONNECTEDLINE(pres)')
    await until(() => expect(pushes()[0]?.from).toEqual({ number: 'anonymous' }))
  })
})

describe('what cannot be read of the caller', () => {
  test('costs no call: its own id is the Linkedid, and the number is not shown', async () => {
    const { stub, pushes, leg } = await runAll()
    stub.contacts.set('1001', [at(5060)])
    stub.fate = ({ query }) => (/^(CHANNEL|CALLERID)/.test(query.variable ?? '') ? { status: 500 } : undefined)
    const caller = stub.call(['1001'], { number: '1002', name: 'Ada' })
    expect((await leg()).variables).toMatchObject({ 'CONNECTEDLINE(pres)': 'prohib' })
    await until(() => expect(pushes()).toMatchObject([{ callId: `${caller}-1001`, from: { number: 'anonymous' } }]))
  })

  test('the net is asked for before anything else', async () => {
    const { stub } = await runAll()
    const caller = stub.call(['1001'])
    await until(() => expect(stub.to('GET', /variable$/).length).toBeGreaterThan(0))
    const [first] = stub.asked.filter(({ path }) => path.includes(`/channels/${caller}/`))
    expect(first?.query.variable).toBe('ARRAY(TIMEOUT(absolute))')
  })
})

describe('the arguments of Stasis()', () => {
  test('endpoint= and ring=', async () => {
    const { stub, pushes, leg } = await runAll()
    stub.contacts.set('alice', [at(5060)])
    const caller = stub.call(['1001', 'endpoint=alice', 'ring=25'])
    expect((await leg()).query).toMatchObject({ endpoint: `PJSIP/alice/${at(5060)}`, timeout: '26' })
    await until(() => expect(pushes()).toMatchObject([{ to: '1001', ringSeconds: 25 }]))
    expect(stub.channels.get(caller)?.variables['TIMEOUT(absolute)']).toBe('30')
    stub.register('1001', at(5062))
    stub.register('alice', at(5064))
    expect((await leg(2)).query.endpoint).toBe(`PJSIP/alice/${at(5064)}`)
  })

  test.each([
    [[], 'extension'],
    [['10 01'], 'extension'],
    [['1001', 'ring=soon'], 'ring'],
    [['1001', 'ring=3'], 'ring'],
    [['1001', 'endpoint=a&b'], 'endpoint'],
    [['1001', 'colour=red'], 'colour'],
    [['1001', 'extension=1002'], 'extension'],
    [['1001', 'ring'], 'ring'],
  ])('%j are said to be wrong, and the dialplan goes on', async (args, fault) => {
    const { stub, app, pushes } = await runAll()
    const caller = stub.call(args)
    await until(() => expect(stub.to('POST', /continue$/)).toMatchObject([{ path: `/ari/channels/${caller}/continue` }]))
    const [line] = app.said('the arguments of Stasis() in the dialplan are wrong')
    expect(line).toMatchObject({ channel: caller, fault: expect.stringContaining(fault) })
    expect(pushes()).toEqual([])
  })

  test('an endpoint that Asterisk does not know: the phone is pushed to, and the log has a word', async () => {
    const { stub, app, pushes } = await runAll()
    stub.call(['1009'])
    await until(() => expect(pushes()).toHaveLength(1))
    await until(() => expect(app.lines.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('no such PJSIP endpoint')))
    expect(stub.to('POST', /continue$/)).toEqual([])
  })
})

describe('the names of calls', () => {
  test('the members of a ring group share a Linkedid, and a second attempt is another push', async () => {
    const { stub, withoutPhones, pushes, handedBack } = await runAll()
    withoutPhones()
    await handedBack(stub.call(['1001'], { linkedid: 'l' }))
    await handedBack(stub.call(['1002'], { linkedid: 'l' }))
    await handedBack(stub.call(['1001'], { linkedid: 'l' }))
    expect(pushes().map(({ callId }) => callId)).toEqual(['l-1001', 'l-1002', 'l-1001-2'])
  })

  test('a caller goes from one extension to the next', async () => {
    const { stub, withoutPhones, pushes, handedBack } = await runAll()
    withoutPhones()
    const caller = stub.call(['1001'], { linkedid: 'l' })
    await handedBack(caller)
    stub.enter(caller, 'wakecall', ['1002'])
    await until(() => expect(stub.to('POST', /continue$/)).toHaveLength(2))
    expect(pushes().map(({ callId }) => callId)).toEqual(['l-1001', 'l-1002'])
  })
})

test('an attended transfer while it rings: the new caller gets the call', async () => {
  const { stub, pushes, leg, handedBack } = await runAll()
  stub.contacts.set('1001', [at(5060)])
  const caller = stub.call(['1001'])
  const { id, name } = await leg()
  const transferred = stub.replace(caller)
  stub.answer(id)
  expect(await handedBack(transferred)).toMatchObject({ WAKECALL_STATUS: 'ANSWERED', WAKECALL_PEER: name })
  expect(pushes()).toHaveLength(1)
  expect(stub.to('DELETE', /./)).toEqual([])
})

test('events that cannot be read are logged, and the next call is taken', async () => {
  const { stub, app, pushes } = await runAll()
  for (const text of ['{"type":', '{"type":"StasisStart","args":["1001"]}', '{"type":"OfAsterisk30"}']) stub.say(text)
  stub.call(['1001'])
  await until(() => expect(pushes()).toHaveLength(1))
  expect(app.said('an event that is not understood').map(({ fault }) => fault)).toEqual([
    'is no event of ARI',
    expect.stringContaining('StasisStart'),
  ])
})

test('a caller that vanishes between two of our requests is no fault', async () => {
  const { stub, app, cancels } = await runAll()
  stub.fate = ({ path }) => (path.endsWith('/ring') ? { status: 404 } : undefined)
  stub.call(['1001'], { linkedid: 'l' })
  await until(() => expect(cancels()).toEqual(['l-1001?reason=caller_hung_up']))
  expect(app.lines.filter(({ level }) => level > 30)).toEqual([])
})

test('no number of a caller is logged', async () => {
  const { stub, app, leg, handedBack } = await runAll()
  stub.contacts.set('1001', [`${at(5060)};pn-prid=${'ab'.repeat(32)}:voip`])
  const caller = stub.call(['1001'], { number: '+442079460000', name: 'Ada Lovelace' })
  stub.answer((await leg()).id)
  await handedBack(caller)
  expect(JSON.stringify(app.lines)).not.toMatch(/442079460000|Lovelace|abababab/)
})
