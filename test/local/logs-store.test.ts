import { expect, test } from 'vitest'
import { createLogStore } from '../../local/logs/store.ts'

function filled(times: number[], most?: number) {
  let now = 0
  const store = createLogStore(() => now, most)
  for (const time of times) {
    now = time
    store.write('group', `at ${time}`)
  }
  const window = (from: number, to: number) => {
    const { start, end } = store.span('group', from, to)
    return (store.read('group') ?? []).slice(start, end).map(({ timestamp }) => timestamp)
  }
  return { store, window }
}

test('a window holds what was written from its start on and before its end', () => {
  const { window } = filled([10, 20, 20, 30, 40])
  expect(window(20, 40)).toEqual([20, 20, 30])
  expect(window(0, 10)).toEqual([])
  expect(window(0, 11)).toEqual([10])
  expect(window(40, 99)).toEqual([40])
  expect(window(41, 99)).toEqual([])
})

test('a clock that was put back leaves no message where its time does not look for it', () => {
  expect(filled([10, 30, 20, 40, 5]).window(0, 25)).toEqual([5, 10, 20])
})

test('a group keeps the newest messages, as many as it was told', () => {
  const times = Array.from({ length: 1000 }, (_, i) => i)
  const kept = filled(times, 100).window(0, 1000)
  expect(kept).toEqual(times.slice(-kept.length))
  expect(kept.length).toBeGreaterThanOrEqual(100)
  expect(kept.length).toBeLessThanOrEqual(110)
})

test('a group that nothing was written to is not there', () => {
  const { store } = filled([1])
  expect(store.read('other')).toBeUndefined()
  expect(store.groups()).toEqual(['group'])
})
