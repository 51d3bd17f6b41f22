import { type ArgsDef, type CommandContext, type CommandDef, defineCommand } from 'citty'

/** The one way for a command to fail: 1 the PNS or the relay said no, 2 usage or settings, 3 the PNS is not running. */
export class CommandFailed extends Error {
  readonly exitCode: 1 | 2 | 3

  constructor(exitCode: 1 | 2 | 3, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'CommandFailed'
    this.exitCode = exitCode
  }
}

/** Options or arguments that a command does not have: its `--help` says which it has. */
export class UsageError extends CommandFailed {
  constructor(message: string) {
    super(2, message)
    this.name = 'UsageError'
  }
}

const plain = (name: string) => name.replaceAll('-', '').toLowerCase()

/** citty passes over options that it does not know; a misspelt one must not be taken for a call without it. */
function refuseUnknown({ args, cmd }: CommandContext<ArgsDef>): void {
  const known = Object.entries((cmd.args ?? {}) as ArgsDef)
  const names = new Set(known.map(([name]) => plain(name)))
  const stranger = Object.keys(args).find((name) => name !== '_' && !names.has(plain(name)))
  if (stranger !== undefined) throw new UsageError(`Unknown option --${stranger}.`)
  const positionals = known.filter(([, { type }]) => type === 'positional').length
  if (args._.length > positionals) throw new UsageError(`Too many arguments: ${args._.slice(positionals).join(' ')}.`)
}

export type Command = CommandDef & { subCommands?: Record<string, Command> }

/** A command of `wakecall` that refuses what it does not know; the types of its arguments matter to itself only. */
export const command = <const T extends ArgsDef>(definition: CommandDef<T>): Command => {
  const setup = (context: unknown) => refuseUnknown(context as CommandContext<ArgsDef>)
  return defineCommand({ ...(definition.run && { setup }), ...definition }) as unknown as Command
}

export const pnsArgs = {
  pns: {
    type: 'string',
    description:
      'Address of the running PNS, http://address:port or unix:/path (default: WAKECALL_PNS, or listen of the settings)',
  },
  config: { type: 'string', description: 'Settings file that says where the PNS listens, and its localToken' },
  json: { type: 'boolean', default: false, description: 'Print JSON' },
} as const

export const configArgs = {
  config: { type: 'string', default: '/etc/wakecall/wakecall.toml', description: 'Settings file' },
} as const

/** Prints an answer as one line of JSON, or as lines for people. */
export function print(json: boolean, body: unknown, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(body)}\n` : lines.map((line) => `${line}\n`).join(''))
}
