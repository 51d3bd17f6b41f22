import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { SETTINGS_KEYS, SettingsFile } from '../../client/settings.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const page = read('docs/sip-gateway.md')
const shipped = read('pbx/kamailio/conf/settings.cfg')

/** What stands in the first two columns of a section's tables: a name, and its value. */
const tableOf = (heading: string): string[][] => {
  const [, section = ''] = page.split(`\n### ${heading}\n`)
  const rows = section.split(/\n##+ /)[0]?.matchAll(/^\| `([^`]+)` +\| ([^|\\]*(?:\\\|[^|\\]*)*) \|/gm) ?? []
  return [...rows].map(([, name = '', value = '']) => [
    name,
    value
      .trim()
      .replaceAll('\\|', '|')
      .replace(/^`(.*)`$/, '$1'),
  ])
}

/** The settings of a file for Kamailio, in their order: parameters, values that are put in, and switches, which may be off. */
function settingsOf(text: string): string[][] {
  const substdef = /^#!substdef "!(\w+)!(.*)!g"$/
  const lines = text.split('\n').map((line) => {
    const [, name, value] = substdef.exec(line) ?? /^(\w+)=(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) return [name, value.replace(/^"(.*)"$/, '$1')]
    const [, off, define] = /^(#+ ?)?#!define (\w+)$/.exec(line) ?? []
    return define === undefined ? [] : [define, off === undefined ? 'on' : 'off']
  })
  return lines.filter((line) => line.length > 0)
}

const MINIMAL = { relay: 'http://127.0.0.1:1', pbx: 'hq', keyFile: 'key', dataDir: 'data', gateway: {} }

test('it explains every setting of settings.cfg, with the value that is shipped', () => {
  expect(tableOf('settings.cfg')).toEqual(settingsOf(shipped))
})

test('settings are found in every form that they have', () => {
  const text = '# A comment.\na=1\nalias="b"\n#!substdef "!C!d|!g"\n#!define E\n# #!define F\n##!define G\n'
  expect(settingsOf(text)).toEqual([
    ['a', '1'],
    ['alias', 'b'],
    ['C', 'd|'],
    ['E', 'on'],
    ['F', 'off'],
    ['G', 'off'],
  ])
})

test('it explains every key of [gateway], with its default', () => {
  const { gateway = {} } = v.parse(SettingsFile, MINIMAL)
  const defaults = Object.entries(gateway).map(([key, value]) => [key, JSON.stringify(value)])
  expect(tableOf('[gateway]')).toEqual(defaults)
  expect(SETTINGS_KEYS.filter((key) => key.startsWith('gateway.'))).toEqual(defaults.map(([key]) => `gateway.${key}`))
})
