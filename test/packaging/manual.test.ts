import type { ArgsDef } from 'citty'
import { expect, test } from 'vitest'
import { type Command, command } from '../../client/commands/command.ts'
import { manualOf, roff } from '../../packaging/manual.ts'
import { wakecall } from '../../pbx/wakecall.ts'

const page = (of: Command) => manualOf(of, '1.2.3', new Date('2026-01-02T03:04:05Z'))

function pathsOf(of: Command, path: string): [path: string, options: string[]][] {
  const below = Object.entries(of.subCommands ?? {}).flatMap(([name, sub]) => pathsOf(sub, `${path} ${name}`))
  const options = Object.entries((of.args ?? {}) as ArgsDef).map(([name, { type }]) =>
    type === 'positional' ? `\\fI${name.toUpperCase()}\\fR` : `\\fB${roff(`--${name}`)}\\fR`,
  )
  return below.length > 0 ? below : [[path, options]]
}

test('the page has every command and every option of it', () => {
  const sections = page(wakecall).split(/^\.S[SH] /m)
  const commands = pathsOf(wakecall, 'wakecall')
  expect(commands.length).toBeGreaterThan(10)
  for (const [path, options] of commands) {
    const section = sections.find((text) => text.startsWith(`\\fB${roff(path)}\\fR`))
    expect(section, path).toBeDefined()
    for (const option of options) expect(section, path).toContain(`.TP\n${option}`)
  }
})

test('a command that is not there is not on the page', () => {
  const one = command({ meta: { name: 'wakecall' }, subCommands: { only: command({ meta: { name: 'only' } }) } })
  expect(page(one)).toContain('.SS \\fBwakecall only\\fR')
  expect(page(one)).not.toContain('serve\\fR\n')
})

test('the page says which version it is of, and when that was made', () => {
  expect(page(wakecall).split('\n')[0]).toBe('.TH WAKECALL 8 "2026-01-02" "Wakecall 1.2.3"')
})

test('text cannot become a request of roff', () => {
  expect(roff(".sh rm\n'sh rm\na\\b --c")).toBe("\\&.sh rm\n\\&'sh rm\na\\eb \\-\\-c")
})
