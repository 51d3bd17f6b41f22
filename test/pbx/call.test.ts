import { describe, expect, test } from 'vitest'
import { A, B, phone, startCall } from './machine.ts'

const [AWAKE, OTHER] = [phone(5060), phone(5062)]

describe('contacts', () => {
  test('every reachable contact is dialled at once, and one that registers as it comes', () => {
    const { handle, of, told } = startCall()
    handle({ type: 'contacts', contacts: [AWAKE] })
    expect(of('dial').map(({ contact }) => contact)).toEqual([AWAKE])
    handle({ type: 'registered', contact: OTHER })
    expect(of('dial').map(({ contact }) => contact)).toEqual([AWAKE, OTHER])
    expect(told('woke')).toEqual([OTHER])
  })

  test('a contact that registers before the contacts are read is dialled once', () => {
    const { handle, of } = startCall()
    handle({ type: 'registered', contact: AWAKE }, { type: 'contacts', contacts: [AWAKE] })
    expect(of('dial')).toHaveLength(1)
  })

  test('three REGISTERs after one push make one INVITE, whatever of the token they have', () => {
    const { handle, of } = startCall()
    const partial = { ...phone(5060), uri: 'sip:1001@192.0.2.1:5060;pn-prid=b:remote' }
    handle(
      { type: 'contacts', contacts: [] },
      { type: 'registered', contact: phone(5060, A) },
      { type: 'registered', contact: partial },
      { type: 'registered', contact: phone(5060, A) },
    )
    expect(of('dial')).toHaveLength(1)
  })

  test('a phone that rings and registers anew is left alone, for however long', () => {
    const { handle, of, pass } = startCall()
    handle({ type: 'contacts', contacts: [AWAKE] }, { type: 'leg_ringing', leg: 'leg-1' })
    pass(10_000)
    handle({ type: 'registered', contact: AWAKE })
    expect(of('dial')).toHaveLength(1)
  })

  test('a contact that nobody was heard of at is dialled anew when its phone registers there', () => {
    const { handle, of, pass } = startCall()
    handle({ type: 'contacts', contacts: [AWAKE] })
    pass(1_999)
    handle({ type: 'registered', contact: AWAKE })
    expect(of('dial')).toHaveLength(1)
    pass(1)
    handle({ type: 'registered', contact: AWAKE })
    expect(of('dial')).toHaveLength(2)
    expect(of('hang_up')).toEqual([{ type: 'hang_up', leg: 'leg-1', reason: 'normal' }])
  })

  test('a phone at a new port gets its call there, and the dead leg ends', () => {
    const { handle, of } = startCall()
    handle({ type: 'contacts', contacts: [phone(5060, A)] }, { type: 'registered', contact: phone(5070, A) })
    expect(of('dial').map(({ contact }) => contact.place)).toEqual(['sip:1001@192.0.2.1:5060', 'sip:1001@192.0.2.1:5070'])
    expect(of('hang_up').map(({ leg }) => leg)).toEqual(['leg-1'])
  })

  test('two phones behind one address are two phones', () => {
    const { handle, of } = startCall()
    handle({ type: 'contacts', contacts: [phone(5060, A)] }, { type: 'registered', contact: phone(5070, B) })
    expect(of('dial')).toHaveLength(2)
    expect(of('hang_up')).toEqual([])
  })

  test('a contact that is removed before it rings is hung up; one that rings is not', () => {
    const { handle, of } = startCall()
    handle({ type: 'contacts', contacts: [AWAKE, OTHER] }, { type: 'leg_ringing', leg: 'leg-2' })
    handle({ type: 'removed', contact: AWAKE }, { type: 'removed', contact: OTHER })
    expect(of('hang_up').map(({ leg }) => leg)).toEqual(['leg-1'])
  })

  test('a phone that declined is not dialled again; one that was not reached is', () => {
    const { handle, of } = startCall()
    handle({ type: 'pushed', devices: 1 }, { type: 'contacts', contacts: [AWAKE, OTHER] })
    handle({ type: 'leg_over', leg: 'leg-1', cause: 21 }, { type: 'leg_over', leg: 'leg-2', cause: 20 })
    handle({ type: 'registered', contact: AWAKE }, { type: 'registered', contact: OTHER })
    expect(of('dial').map(({ contact }) => contact)).toEqual([AWAKE, OTHER, OTHER])
  })
})

test('after events were missed, a phone that registered meanwhile is dialled, and one whose leg was lost is dialled again', () => {
  const { handle, of, told } = startCall()
  const [lost, declined] = [AWAKE, OTHER]
  handle(
    { type: 'contacts', contacts: [lost, declined] },
    { type: 'pushed', devices: 0 },
    { type: 'leg_over', leg: 'leg-2', cause: 21 },
  )
  handle({ type: 'leg_lost', leg: 'leg-1' })
  expect(of('hand_back')).toEqual([])
  handle({ type: 'contacts', contacts: [lost, declined, phone(5070, A)] })
  expect(of('dial').map(({ contact }) => contact.place)).toEqual([5060, 5062, 5060, 5070].map((port) => phone(port).place))
  expect(told('woke')).toEqual([phone(5070, A)])
})

test('after events were missed, with nobody left to dial it is over', () => {
  const { handle, of } = startCall()
  handle({ type: 'contacts', contacts: [AWAKE] }, { type: 'pushed', devices: 0 }, { type: 'leg_lost', leg: 'leg-1' })
  handle({ type: 'contacts', contacts: [] })
  expect(of('hand_back').map(({ status }) => status)).toEqual(['UNAVAILABLE'])
})

test('the PNS hears which phone was invited and which answered, if the push was for it', () => {
  const { handle, told } = startCall()
  const [pushed, desk] = [phone(5070, A), AWAKE]
  handle({ type: 'contacts', contacts: [desk, pushed] }, { type: 'registered', contact: OTHER })
  expect([told('invited'), told('answered')]).toEqual([[pushed, OTHER], []])
  handle({ type: 'leg_answered', leg: 'leg-2', name: 'x' }, { type: 'leg_answered', leg: 'leg-3', name: 'y' })
  expect(told('answered')).toEqual([pushed])
})

test('of a desk phone it hears nothing', () => {
  const { handle, told } = startCall()
  handle({ type: 'contacts', contacts: [AWAKE] }, { type: 'leg_answered', leg: 'leg-1', name: 'x' })
  expect([told('invited'), told('answered')]).toEqual([[], []])
})

describe('an answer', () => {
  test('the first wins: the others end as answered elsewhere, and so does the push to who sleeps', () => {
    const { handle, of, pass } = startCall()
    handle({ type: 'pushed', devices: 2 }, { type: 'contacts', contacts: [AWAKE] })
    pass(1_500)
    handle({ type: 'registered', contact: phone(5070, A) }, { type: 'leg_answered', leg: 'leg-2', name: 'PJSIP/1001-1' })
    expect(of('hang_up')).toEqual([{ type: 'hang_up', leg: 'leg-1', reason: 'answered_elsewhere' }])
    expect(of('cancel_push')).toEqual([{ type: 'cancel_push', reason: 'answered_elsewhere' }])
    expect(of('hand_back')).toEqual([
      { type: 'hand_back', status: 'ANSWERED', peer: 'PJSIP/1001-1', devices: 2, woke: 1, wakeMs: 1_500 },
    ])
  })

  test('where every phone that was pushed to has come there is nobody to tell', () => {
    const { handle, of } = startCall()
    handle({ type: 'pushed', devices: 1 }, { type: 'contacts', contacts: [] }, { type: 'registered', contact: phone(5070, A) })
    handle({ type: 'leg_answered', leg: 'leg-1', name: 'x' })
    expect(of('cancel_push')).toEqual([])
  })

  test('a second answer is hung up', () => {
    const { handle, of } = startCall()
    handle({ type: 'contacts', contacts: [AWAKE, OTHER] })
    handle({ type: 'leg_answered', leg: 'leg-2', name: 'x' }, { type: 'leg_answered', leg: 'leg-1', name: 'y' })
    expect(of('hand_back')).toHaveLength(1)
    expect(of('hang_up').map(({ leg }) => leg)).toEqual(['leg-1', 'leg-1'])
  })

  test('the phone that answered is hung up if the caller goes before they are joined, and not after', () => {
    const [lost, joined] = [startCall(), startCall()]
    for (const { handle } of [lost, joined]) {
      handle({ type: 'contacts', contacts: [AWAKE] }, { type: 'leg_answered', leg: 'leg-1', name: 'x' })
    }
    lost.handle({ type: 'caller_gone' })
    joined.handle({ type: 'peer_joined', leg: 'leg-1' }, { type: 'caller_gone' })
    expect(lost.of('hang_up').map(({ leg }) => leg)).toEqual(['leg-1'])
    expect(joined.of('hang_up')).toEqual([])
  })

  test('a phone that nobody joins is not left alone with the silence', () => {
    const { handle, of } = startCall()
    handle({ type: 'contacts', contacts: [AWAKE] }, { type: 'leg_answered', leg: 'leg-1', name: 'x' }, { type: 'peer_waits' })
    expect(of('hang_up').map(({ leg }) => leg)).toEqual(['leg-1'])
  })
})

describe('the end', () => {
  test('a caller who hangs up ends every leg and the push, and is not handed anywhere', () => {
    const { handle, effects } = startCall()
    handle(
      { type: 'pushed', devices: 1 },
      { type: 'contacts', contacts: [AWAKE] },
      { type: 'caller_gone' },
      { type: 'caller_gone' },
    )
    expect(effects.slice(1)).toEqual([
      { type: 'hang_up', leg: 'leg-1', reason: 'normal' },
      { type: 'cancel_push', reason: 'caller_hung_up' },
    ])
  })

  test('where another of a group has answered, the phones are told that', () => {
    const { handle, of } = startCall()
    handle({ type: 'pushed', devices: 2 }, { type: 'contacts', contacts: [AWAKE] })
    handle({ type: 'caller_gone', elsewhere: true }, { type: 'caller_gone' }, { type: 'registered', contact: phone(5070, A) })
    expect([...of('hang_up'), ...of('cancel_push'), ...of('short_ring')].map(({ reason }) => reason)).toEqual(
      Array(3).fill('answered_elsewhere'),
    )
  })

  test('a push that is asked for is cancelled before its answer is there', () => {
    const { handle, of } = startCall()
    handle({ type: 'caller_gone' })
    expect(of('cancel_push')).toHaveLength(1)
  })

  test.each([
    ['nobody and no device', 0, [], 'NODEVICE'],
    ['no contact and no PNS', undefined, [], 'UNAVAILABLE'],
    ['busy', 0, [17], 'BUSY'],
    ['declined', 0, [21], 'BUSY'],
    ['one declined, one not reached', 0, [21, 20], 'BUSY'],
    ['not answered', 0, [19], 'NOANSWER'],
    ['not reached', 0, [20], 'UNAVAILABLE'],
    ['not reached, and no PNS', undefined, [20], 'UNAVAILABLE'],
  ])('%s', (_, devices, causes, status) => {
    const { handle, of } = startCall()
    handle({ type: 'contacts', contacts: causes.map((_, i) => phone(5060 + i)) })
    causes.forEach((cause, i) => {
      handle({ type: 'leg_over', leg: `leg-${i + 1}`, cause })
    })
    expect(of('hand_back')).toEqual([])
    handle(devices === undefined ? { type: 'not_pushed' } : { type: 'pushed', devices })
    expect(of('hand_back').map((effect) => effect.status)).toEqual([status])
  })

  test('while a phone may still wake, nothing is over before the window is', () => {
    const { handle, of } = startCall()
    handle({ type: 'contacts', contacts: [AWAKE] }, { type: 'pushed', devices: 1 }, { type: 'leg_over', leg: 'leg-1', cause: 21 })
    expect(of('hand_back')).toEqual([])
    handle({ type: 'window_over' })
    expect(of('hand_back').map(({ status }) => status)).toEqual(['NOANSWER'])
    expect(of('cancel_push')).toEqual([{ type: 'cancel_push', reason: 'timed_out' }])
  })

  test('when every phone that was pushed to has said no, it is over at once', () => {
    const { handle, of } = startCall()
    handle({ type: 'contacts', contacts: [phone(5060, A)] }, { type: 'pushed', devices: 2 })
    handle({ type: 'leg_over', leg: 'leg-1', cause: 21 }, { type: 'registered', contact: phone(5062, B) })
    expect(of('hand_back')).toEqual([])
    handle({ type: 'leg_over', leg: 'leg-2', cause: 17 })
    expect(of('hand_back').map(({ status }) => status)).toEqual(['BUSY'])
  })

  test.each([
    ['onBusy', 17],
    ['onDecline', 21],
  ] as const)('with %s = stop the first such phone stops all', (rule, cause) => {
    for (const [setting, over] of [
      ['continue', 0],
      ['stop', 1],
    ] as const) {
      const { handle, of } = startCall({ [rule]: setting })
      handle(
        { type: 'contacts', contacts: [AWAKE, OTHER] },
        { type: 'pushed', devices: 3 },
        { type: 'leg_over', leg: 'leg-1', cause },
      )
      expect(of('hand_back')).toHaveLength(over)
      expect(of('cancel_push')).toHaveLength(over)
    }
  })

  test('a phone that could not be reached may wake up yet', () => {
    const { handle, of } = startCall()
    handle(
      { type: 'contacts', contacts: [phone(5060, A)] },
      { type: 'pushed', devices: 1 },
      { type: 'leg_over', leg: 'leg-1', cause: 1 },
    )
    expect(of('hand_back')).toEqual([])
    handle({ type: 'registered', contact: phone(5070, A) }, { type: 'leg_answered', leg: 'leg-2', name: 'x' })
    expect(of('hand_back').map(({ status }) => status)).toEqual(['ANSWERED'])
  })

  test('an application that stops hands the call back without a status', () => {
    const { handle, of } = startCall()
    handle({ type: 'contacts', contacts: [AWAKE] }, { type: 'stopped' }, { type: 'registered', contact: OTHER })
    expect(of('hand_back').map(({ status }) => status)).toEqual([''])
    expect(of('short_ring')).toEqual([])
  })
})
