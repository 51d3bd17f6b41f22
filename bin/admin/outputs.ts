import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { UsageError } from './command.ts'

/** What `cdk deploy --outputs-file` writes: a stack's outputs by its name. */
const Outputs = v.record(v.string(), v.record(v.string(), v.string()))

export type RelayOutputs = { url: string; table: string }

/** Finds the relay in the outputs of a deployment: the only one, or that of `stack`. Throws `UsageError`. */
export function readOutputs(file: string, stack: string | undefined): RelayOutputs {
  const relays = Object.entries(read(file)).flatMap(([name, { RelayUrl: url, TableName: table }]) =>
    url && table ? [{ name, url, table }] : [],
  )
  const names = relays.map(({ name }) => name).join(', ')
  if (relays.length === 0) throw new UsageError(`${file} has no stack with the outputs RelayUrl and TableName: ${DEPLOY}`)
  const [only, ...others] = stack === undefined ? relays : relays.filter(({ name }) => name === stack)
  if (!only) throw new UsageError(`${file} has no relay in a stack ${stack}: it has ${names}`)
  if (others.length > 0) throw new UsageError(`${file} has several relays: choose one of ${names} with --stack NAME`)
  return only
}

const DEPLOY = 'write it with `npx cdk deploy --outputs-file outputs.json`, or name another file with --outputs FILE'

function read(file: string): v.InferOutput<typeof Outputs> {
  try {
    return v.parse(Outputs, JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new UsageError(`${missing ? `There is no ${file}` : `${file} does not hold the outputs of a deployment`}: ${DEPLOY}`)
  }
}
