import { describe, expect, it } from 'vitest'
import { type Attempt, apply, type Change, explain, type Outcome, type State, textOf } from './model.ts'

const phone = (token: string, deviceId = 'a', extension = '1'): Change => ({
  kind: 'register',
  extension,
  deviceId,
  platform: 'android',
  token,
})
const attempt = (change: Change, outcome: Outcome): Attempt => ({ change, outcome })
const stateAfter = (...changes: Change[]): State => changes.reduce<State>((state, change) => apply(state, change)[0], new Map())
const texts = (states: readonly State[]) => states.map(textOf).sort()
const EMPTY: State[] = [new Map()]

describe('a registration or another change', () => {
  it('replaces another id of the same token on this extension, not on another one', () => {
    expect(textOf(stateAfter(phone('t', 'a'), phone('t', 'b')))).toBe(textOf(stateAfter(phone('t', 'b'))))
    expect(stateAfter(phone('t', 'a'), phone('t', 'a', '2')).size).toBe(2)
  })

  it('of a token reaches every device that has it', () => {
    const both = stateAfter(phone('t', 'a'), phone('t', 'a', '2'))
    expect(apply(both, { kind: 'update', oldToken: 't', newToken: 'u' })[1]).toBe('1/a 2/a')
    expect(apply(both, { kind: 'delete', token: 't' })).toEqual([new Map(), '1/a 2/a'])
    expect(apply(both, { kind: 'delete', token: 'u' })).toEqual([both, 'none'])
  })
})

describe('the states after attempts', () => {
  it('are one for what was answered, two for what was not, the old one for what was refused', () => {
    expect(texts(explain(EMPTY, [attempt(phone('t'), { answer: '1/a' })]))).toEqual([textOf(stateAfter(phone('t')))])
    expect(texts(explain(EMPTY, [attempt(phone('t'), 'unsure')]))).toEqual(['', textOf(stateAfter(phone('t')))])
    expect(texts(explain(EMPTY, [attempt(phone('t'), 'refused')]))).toEqual([''])
  })

  it('are those of every order, unless an answer tells which', () => {
    const removal: Change = { kind: 'delete', extension: '1', deviceId: 'a' }
    const either = explain(EMPTY, [attempt(phone('t'), { answer: '1/a' }), attempt(removal, 'unsure')])
    expect(texts(either)).toEqual(['', textOf(stateAfter(phone('t')))])
    const known = explain(EMPTY, [attempt(phone('t'), { answer: '1/a' }), attempt(removal, { answer: 'none' })])
    expect(texts(known)).toEqual([textOf(stateAfter(phone('t')))])
  })

  it('are none where no order fits the answers', () => {
    const removal: Change = { kind: 'delete', extension: '1', deviceId: 'a' }
    expect(explain(EMPTY, [attempt(removal, { answer: '1/a' })])).toEqual([])
  })
})
