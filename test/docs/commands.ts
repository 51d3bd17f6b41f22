import { execFile } from 'node:child_process'
import { promisify, stripVTControlCharacters } from 'node:util'

const root = new URL('../..', import.meta.url)
const run = promisify(execFile)

async function help(script: string, words: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [script, ...words, '--help'], { cwd: root })
  return stripVTControlCharacters(stdout)
}

const optionsOf = (line: string): string[] => line.match(/(?<= )--[a-z-]+/g) ?? []
const missing = (given: string[], text: string) => given.filter((option) => !new RegExp(`${option}\\b`).test(text))

/** What of a `wakecall` command, as a page writes it, its help does not know. */
export async function wakecall(line: string): Promise<string[]> {
  const [verb = '', more = ''] = line.split(' ')
  const words = /^(list|rotate|check)$/.test(more) ? [verb, more] : [verb]
  const text = await help('pbx/wakecall.ts', words)
  const known = new RegExp(`^USAGE (wakecall )?${words.join(' ')}( |$)`, 'm').test(text)
  return known ? missing(optionsOf(` ${line}`), text) : words
}

/** The same of `wakecall-admin`, whose general options are in its general help. */
export async function wakecallAdmin(line: string): Promise<string[]> {
  const [noun = '', verb = ''] = line.split(' ')
  const general = await help('bin/wakecall-admin.ts', [])
  const usage = new RegExp(`^ +${noun} ${verb}( .*)?$`, 'm').exec(general)?.[0]
  const everywhere = general.slice(general.indexOf('Of every command'))
  return usage === undefined ? [noun, verb] : missing(optionsOf(` ${line}`), usage + everywhere)
}
