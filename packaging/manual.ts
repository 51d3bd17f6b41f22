import type { ArgDef, ArgsDef, CommandMeta } from 'citty'
import type { Command } from '../client/commands/command.ts'
import { FRAME } from './manual-frame.ts'

type Leaf = { path: string; description: string; args: [name: string, definition: ArgDef][] }

const metaOf = ({ meta }: Command) => (meta ?? {}) as CommandMeta

function leavesOf(command: Command, path: string): Leaf[] {
  const subCommands = Object.entries(command.subCommands ?? {})
  if (subCommands.length > 0) return subCommands.flatMap(([name, sub]) => leavesOf(sub, `${path} ${name}`))
  return [{ path, description: metaOf(command).description ?? '', args: Object.entries((command.args ?? {}) as ArgsDef) }]
}

/** Text as roff takes it: no line of it is a request, no hyphen becomes another sign. */
export const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&')

const bold = (text: string) => `\\fB${roff(text)}\\fR`
const italic = (text: string) => `\\fI${roff(text)}\\fR`

const isPositional = ([, { type }]: [string, ArgDef]) => type === 'positional'

function synopsisOf({ path, args }: Leaf): string {
  const positionals = args.filter(isPositional).map(([name]) => ` ${italic(name.toUpperCase())}`)
  const required = args
    .filter((arg) => !isPositional(arg) && arg[1].required)
    .map(([name]) => ` ${bold(`--${name}`)} ${italic('VALUE')}`)
  const more = args.some((arg) => !isPositional(arg) && !arg[1].required) ? ` [${italic('OPTIONS')}]` : ''
  return bold(path) + positionals.join('') + required.join('') + more
}

function argumentOf(arg: [string, ArgDef]): string {
  const [name, { type, description = '', default: byDefault }] = arg
  const value = type === 'boolean' ? '' : ` ${italic('VALUE')}`
  const title = isPositional(arg) ? italic(name.toUpperCase()) : bold(`--${name}`) + value
  const said = typeof byDefault === 'string' ? `${description} (default: ${byDefault})` : description
  return `.TP\n${title}\n${roff(`${said}.`)}`
}

const sectionOf = (leaf: Leaf): string =>
  [`.SS ${synopsisOf(leaf)}`, roff(`${leaf.description}.`), ...leaf.args.map(argumentOf)].join('\n')

/** The man page of `command`, section 8, in roff: made of the definitions that the command itself runs by. */
export function manualOf(command: Command, version: string, date: Date): string {
  const { name = '', description = '' } = metaOf(command)
  const day = date.toISOString().slice(0, 10)
  return [
    `.TH ${name.toUpperCase()} 8 "${day}" "Wakecall ${version}"`,
    `.SH NAME\n${roff(name)} \\- ${roff(description)}`,
    `.SH SYNOPSIS\n${bold(name)} ${italic('COMMAND')} [${italic('OPTIONS')}]`,
    FRAME.before.trim(),
    '.SH COMMANDS',
    ...leavesOf(command, name).map(sectionOf),
    FRAME.after.trim(),
    '',
  ].join('\n')
}
