import { signal } from '@preact/signals'

export const VIEWS = ['now', 'devices', 'health', 'wakes', 'phones'] as const
export type View = (typeof VIEWS)[number]

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** `#devices`, or `#now/` and the id of the call that is open. */
function read(): { view: View; rest: string } {
  const [name = '', rest = ''] = location.hash.slice(1).split(/\/(.*)/s)
  const view = VIEWS.find((known) => known === name) ?? 'now'
  return { view, rest: decoded(rest) }
}

export const route = signal(read())

addEventListener('hashchange', () => {
  route.value = read()
})

export const hrefOf = (view: View, rest = ''): string => `#${view}${rest && `/${encodeURIComponent(rest)}`}`
