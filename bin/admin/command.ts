import { parseArgs } from 'node:util'
import * as v from 'valibot'
import type { PbxStore } from '../../core/pbx.ts'
import { check } from '../../wire/parse.ts'

/** The command was used wrongly, or its files are not there: exit code 2. */
export class UsageError extends Error {}
/** The relay or AWS said no: exit code 1. */
export class Refused extends Error {}

export type Relay = { url: string; pbxs: PbxStore }
export type Common = { outputs: string; stack?: string | undefined; json: boolean }

/** What a command answers: for programs, and the same for people. */
type Printed = { json: object; lines: string[] }

export type Command = {
  usage: string
  says: string
  prepare: (args: string[]) => { common: Common; run: (relay: Relay) => Promise<Printed> }
}

const text = { type: 'string' } as const
const COMMON = { outputs: { ...text, default: 'outputs.json' }, stack: text, json: { type: 'boolean', default: false } } as const

/**
 * A command whose arguments are the members of `schema`: NAMES in upper case are given in this order, the others as
 * options. What is wrong with them is said all at once.
 */
export function command<const S extends v.ObjectEntries>(
  usage: string,
  says: string,
  schema: S,
  run: (relay: Relay, args: v.InferOutput<v.ObjectSchema<S, undefined>>) => Promise<Printed>,
): Command {
  const positions = Object.keys(schema).filter((name) => name === name.toUpperCase())
  const options = Object.keys(schema).filter((name) => !positions.includes(name))
  const refuse = (why: string) => new UsageError(`${why}\nusage: wakecall-admin ${usage}`)

  function prepare(args: string[]) {
    const { values, positionals } = parse(args)
    if (positionals.length > positions.length)
      throw refuse(`too many arguments: ${positionals.slice(positions.length).join(' ')}`)
    const { outputs, stack, json, ...given } = values
    const checked = check(v.object(schema), {
      ...given,
      ...Object.fromEntries(positionals.map((value, i) => [positions[i], value])),
    })
    if ('errors' in checked)
      throw refuse(checked.errors.map(({ pointer, message }) => `${nameOf(pointer)}: ${message}`).join('\n'))
    return { common: { outputs, stack, json }, run: (relay: Relay) => run(relay, checked.output) }
  }

  const parse = (args: string[]) => {
    try {
      const given = Object.fromEntries(options.map((name) => [name, text]))
      return parseArgs({ args, options: { ...given, ...COMMON }, allowPositionals: true })
    } catch (error) {
      throw refuse((error as Error).message)
    }
  }

  const nameOf = (pointer: string) => (options.includes(pointer.slice(1)) ? `--${pointer.slice(1)}` : pointer.slice(1))

  return { usage, says, prepare }
}

/** Rows for people, their columns aligned. */
export function aligned(rows: string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
