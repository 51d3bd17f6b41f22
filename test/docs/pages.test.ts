import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { anchorsOf } from '../lib/monitoring-anchors.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

const pages = readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
  .concat('README.md', 'CONTRIBUTING.md')

/** Links to places that are not there, as the page writes them. */
function brokenLinks(page: string, text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]+))?\)/g)]
  return links.flatMap(([link, path = '', anchor]) => {
    const target = path ? new URL(path, new URL(page, root)) : new URL(page, root)
    if (!existsSync(target)) return [link]
    return anchor && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor) ? [link] : []
  })
}

const FOLDERS = 'bin|bench|client|core|docs|lambdas|lib|local|test|wire'
const FILE = new RegExp(`\`((?:${FOLDERS})/[\\w./-]+|[\\w.-]+\\.config\\.example\\.ts)\``, 'g')

/** Files of the project that are named and not there. */
const missingFiles = (text: string): string[] =>
  [...text.matchAll(FILE)].map(([, path = '']) => path).filter((path) => !existsSync(new URL(path, root)))

const scriptsIn = (text: string): string[] => [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name = '']) => name)
const missingScripts = (text: string): string[] => scriptsIn(text).filter((name) => !(name in manifest.scripts))

describe.each(pages)('%s', (page) => {
  const text = read(page)

  test('its links lead somewhere', () => {
    expect(brokenLinks(page, text)).toEqual([])
  })

  test('the files that it names are there', () => {
    expect(missingFiles(text)).toEqual([])
  })

  test('its scripts are those of package.json', () => {
    expect(missingScripts(text)).toEqual([])
  })
})

test('what is not there is found', () => {
  const text = 'See [it](nowhere.md), [this](deploy.md#no-such-section), `core/nothing.ts` and `npm run nothing`.'
  expect(brokenLinks('docs/deploy.md', text)).toEqual(['](nowhere.md)', '](deploy.md#no-such-section)'])
  expect(missingFiles(text)).toEqual(['core/nothing.ts'])
  expect(missingScripts(text)).toEqual(['nothing'])
})
