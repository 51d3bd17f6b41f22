import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify, stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { inventory, type SynthesizedTemplate } from '../../lib/monitoring/inventory.ts'
import { anchorsOf } from '../lib/monitoring-anchors.ts'
import { compositesOf } from '../lib/monitoring-composites.ts'
import { synthesizeMonitoring } from '../lib/monitoring-stack.ts'

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const runbook = read('docs/runbook.md')
const operations = read('docs/operations.md')
const template = synthesizeMonitoring()
const { widgets } = inventory(template.toJSON() as SynthesizedTemplate)
const titles = widgets.map(({ title }) => title)

const root = new URL('../..', import.meta.url)
const run = promisify(execFile)
const SCRIPTS = { wakecall: 'pbx/wakecall.ts', 'wakecall-admin': 'bin/wakecall-admin.ts' } as const

/** The commands of ours in lines of shell, without their arguments. */
function commandsIn(lines: string[]): [name: keyof typeof SCRIPTS, ...words: string[]][] {
  const found = lines.flatMap((line): [keyof typeof SCRIPTS, ...string[]][] => {
    const [, noun = '', verb = ''] = /^npm run wakecall-admin -- (\w+) (\w+)/.exec(line) ?? []
    if (noun) return [['wakecall-admin', noun, verb]]
    const [, word = '', more = ''] = /^wakecall ([\w-]+)(?: (list|rotate|check)\b)?/.exec(line) ?? []
    return word ? [['wakecall', ...[word, more].filter(Boolean)]] : []
  })
  return [...new Map(found.map((command) => [command.join(' '), command])).values()]
}

const bold = (page: string): string[] => [...page.matchAll(/\*\*([^*]+?)\*\*/g)].map(([, text = '']) => text.replace(/\s+/g, ' '))

describe('docs/runbook.md', () => {
  const sections = runbook.split(/^## /m).slice(1)

  test.each(sections.map((section) => [section.split('\n')[0], section]))('%s says all that it must, in order', (_, section) => {
    const parts = bold(section ?? '').filter((text) => !titles.includes(text))
    expect(parts.map((text) => text.split(/[ ,.]/)[0])).toEqual(['Who', 'Confirm', 'Causes', 'Do', 'Over'])
  })

  test('it names a widget in each section that one can show it in', () => {
    for (const section of sections) expect(bold(section).some((text) => titles.includes(text))).toBe(true)
  })
})

describe('docs/operations.md says of each alarm whether it is worth getting up for', () => {
  const [, paragraphs = ''] = /^## What a page at night means\n(.*?)^## /ms.exec(operations) ?? []
  const said = Object.fromEntries(
    paragraphs.split('\n\n').flatMap((paragraph) => {
      const [composite = '', ...sections] = [...paragraph.matchAll(/`([\w<>-]+)`/g)].map(([, code = '']) => code)
      return composite.startsWith('wakecall-') ? [[composite.replace('<stage>', 'test'), sections.sort()]] : []
    }),
  )
  const descriptions = template.findResources('AWS::CloudWatch::Alarm')

  test.each(compositesOf(template))('$name', ({ name, ids }) => {
    const sections = ids.map((id) => String(descriptions[id]?.Properties.AlarmDescription).split('#')[1])
    expect(said[name]).toEqual([...new Set(sections)].sort())
  })
})

test('docs/operations.md has every widget of the dashboard, in its order', () => {
  const table = operations.split(/^## /m).find((section) => section.startsWith('The dashboard')) ?? ''
  expect(bold(table)).toEqual(titles)
})

describe.each([
  ['runbook.md', runbook],
  ['operations.md', operations],
])('docs/%s', (_, page) => {
  test('its links lead to sections that are there', () => {
    const links = [...page.matchAll(/\]\(([\w.]*)#([\w-]+)\)/g)].map(([, file = '', anchor = '']) => ({ file, anchor }))
    expect(links.filter(({ file, anchor }) => !anchorsOf(file ? read(`docs/${file}`) : page).includes(anchor))).toEqual([])
  })

  const blocks = [...page.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].map(([, block = '']) => block)
  const lines = blocks.flatMap((block) => block.split('\n')).map((line) => line.trim())

  test.each(commandsIn(lines))('%s %s is a command of this version', async (name, ...words) => {
    const { stdout } = await run(process.execPath, [SCRIPTS[name], ...words, '--help'], { cwd: root })
    expect(stripVTControlCharacters(stdout)).toMatch(
      new RegExp(`^(USAGE (wakecall )?|wakecall-admin )${words.join(' ')}\\b`, 'm'),
    )
  })

  test('its scripts are scripts of package.json', () => {
    const names = [...page.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name)
    expect(Object.keys(JSON.parse(read('package.json')).scripts)).toEqual(expect.arrayContaining(names))
  })
})
