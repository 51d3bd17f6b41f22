#!/usr/bin/env node
/** The operator's command. It writes to the relay's table with the operator's own AWS credentials and region. */
import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { createPbxStore } from '../lambdas/aws/pbxs.ts'
import { KeyId, PbxId } from '../wire/fields.ts'
import { check } from '../wire/parse.ts'
import { publicKeyText } from '../wire/signature.ts'

const USAGE = `wakecall-admin pbx create ID --public-key FILE --table NAME [options]

  Lets a PBX use the relay. FILE is its Ed25519 public key in PEM (openssl pkey -in key.pem -pubout);
  NAME is the stack's output TableName. The PBX's settings are then pbx = "ID" and keyId = "k1".

  --key-id ID      how the PBX names the key (default k1)
  --name NAME      what to call the PBX (default: its id)
  --devices N      how many devices it may register (default 10000)
  --pushes N       how many pushes a minute it may send (default 6000)
`

class UsageError extends Error {}

const Quota = v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'must be a whole number'), v.transform(Number), v.minValue(1))

const Options = v.object({
  id: PbxId,
  'key-id': KeyId,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  devices: Quota,
  pushes: Quota,
  table: v.pipe(v.string(), v.minLength(3)),
  'public-key': v.string(),
})

function readKey(file: string): string {
  try {
    const key = createPublicKey(readFileSync(file))
    if (key.asymmetricKeyType === 'ed25519') return publicKeyText(key)
  } catch (cause) {
    throw new UsageError(`${file} holds no public key: ${(cause as Error).message}`)
  }
  throw new UsageError(`${file} holds a key of another kind: make an Ed25519 key (openssl genpkey -algorithm ed25519)`)
}

async function createPbx(args: string[]): Promise<string> {
  const text = { type: 'string' } as const
  const options = { name: text, table: text, 'public-key': text, 'key-id': text, devices: text, pushes: text }
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [id = '', ...more] = positionals
  if (more.length > 0) throw new UsageError(`one PBX at a time: ${more.join(' ')}`)
  const checked = check(Options, { id, name: id, 'key-id': 'k1', devices: '10000', pushes: '6000', ...values })
  if ('errors' in checked)
    throw new UsageError(checked.errors.map(({ pointer, message }) => `${pointer.slice(1)}: ${message}`).join('\n'))
  const given = checked.output
  const keys = { [given['key-id']]: readKey(given['public-key']) }
  const quotas = { devices: given.devices, pushesPerMinute: given.pushes }
  const created = await createPbxStore(given.table).create({ id: given.id, name: given.name, keys, quotas })
  if (!created) throw new UsageError(`a PBX ${given.id} is there already: choose another id`)
  return `PBX ${given.id} may use the relay; its settings are pbx = "${given.id}" and keyId = "${given['key-id']}".`
}

async function main([noun, verb, ...args]: string[]): Promise<number> {
  if (noun === '--help') {
    process.stdout.write(USAGE)
    return 0
  }
  if (noun !== 'pbx' || verb !== 'create') {
    process.stderr.write(USAGE)
    return 2
  }
  try {
    process.stdout.write(`${await createPbx(args)}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return error instanceof UsageError || error instanceof TypeError ? 2 : 1
  }
}

process.exitCode = await main(process.argv.slice(2))
