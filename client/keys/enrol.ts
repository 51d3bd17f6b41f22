import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { EnrolmentCode } from '../../wire/keys.ts'
import { check } from '../../wire/parse.ts'
import { publicKeyText } from '../../wire/signature.ts'
import type { Patience } from '../clock.ts'
import { CommandFailed } from '../commands/command.ts'
import { createFile } from '../create-file.ts'
import { loadSettings } from '../load-settings.ts'
import { certificateFault } from '../net/ca.ts'
import { PnsProblem } from '../problem.ts'
import { BACKGROUND_BUDGET_MS } from '../relay/relay.ts'
import { withRelay } from '../relay/with-relay.ts'
import { ProxyUrl, RelayUrl } from '../settings.ts'
import { makeKey, readKey } from './key-file.ts'
import { proveKey } from './prove.ts'
import { settingsText } from './settings-text.ts'

/** Paths are absolute. */
type Enrolment = {
  url: string
  code: string
  config: string
  keyFile: string
  dataDir: string
  network: { proxy?: string; caFile?: string }
}
export type Enrolled = { pbx: string; keyId: string; relay: string; config: string; keyFile: string }

const Given = v.object({ url: RelayUrl, code: EnrolmentCode, proxy: v.optional(ProxyUrl) })
const UNUSED = 'The code was not used.'

/**
 * Trades a one-time code for an identity at a relay. Until the settings stand, the same command goes on where it ended:
 * the key stays, and the relay answers its code again. Throws `CommandFailed`, which says what was done and what is next.
 */
export async function enrol(enrolment: Enrolment, patience: Patience): Promise<Enrolled> {
  const { config, keyFile, dataDir, network } = enrolment
  const { url, code } = checked(enrolment)
  const relay = new URL(url).origin
  const publicKey = prepareKey(enrolment)
  const { pbx, keyId } = await trade({ relay, code, publicKey, keyFile, network })
  writeSettings(config, settingsText({ relay, pbx, keyFile, dataDir, ...network }), pbx)
  await test(enrolment, pbx, patience)
  return { pbx, keyId, relay, config, keyFile }
}

function checked({ url, code, network: { proxy, caFile } }: Enrolment): v.InferOutput<typeof Given> {
  const given = check(Given, { url, code, proxy })
  const fault = caFile === undefined ? undefined : certificateFault(caFile)
  if ('output' in given && fault === undefined) return given.output
  const ofText = 'errors' in given ? given.errors : []
  const lines = [
    ...ofText.map(({ pointer, message }) => `${pointer.slice(1).toUpperCase()} ${message}.`),
    ...(fault === undefined ? [] : [`CA ${caFile} ${fault}.`]),
  ]
  throw new CommandFailed(2, [...lines, UNUSED].join('\n'))
}

/** Everything that can fail on this machine fails here, before the code is used. Gives the public key. */
function prepareKey({ config, keyFile }: Enrolment): string {
  if (existsSync(config)) {
    throw new CommandFailed(
      2,
      `${config} is there already: it may be of a PBX that is enrolled. Name another with --config, or remove it. ${UNUSED}`,
    )
  }
  writeIn(dirname(config), (folder) => accessSync(folder, constants.W_OK))
  writeIn(dirname(keyFile), () => makeKey(keyFile))
  const key = readKey(keyFile)
  if (typeof key === 'string') throw new CommandFailed(2, `${keyFile}: ${key}, or name another with --key. ${UNUSED}`)
  return publicKeyText(key)
}

function writeIn(folder: string, write: (folder: string) => void): void {
  try {
    mkdirSync(folder, { recursive: true })
    write(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const next = 'run this as a user who may, or name other files with --config and --key'
    throw new CommandFailed(2, `${folder} cannot be written to (${code}): ${next}. ${UNUSED}`)
  }
}

/** The relay has not seen the code where there was no connection. */
const NOT_REACHED: Record<string, string> = {
  ENOTFOUND: `No DNS server knows this name: compare the address with the one that you were given. ${UNUSED}`,
  EAI_AGAIN: `No DNS server answers: mend the DNS of this machine, and run the same command again. ${UNUSED}`,
  ECONNREFUSED: `Nobody listens there: compare the address and the port with those that you were given. ${UNUSED}`,
}

type Trade = Pick<Enrolment, 'code' | 'keyFile' | 'network'> & { relay: string; publicKey: string }

async function trade({ relay, code, publicKey, keyFile, network }: Trade) {
  const request = { body: () => ({ code, publicKey }), budgetMs: BACKGROUND_BUDGET_MS }
  try {
    return await withRelay({ relay, network: { resolvers: [], ...network } }, ({ call }) => call('enrol', request))
  } catch (error) {
    const { message, extras } = error as PnsProblem
    const refused = error instanceof PnsProblem && extras.relay?.code === 'enrolment_refused'
    const { code: seen = '' } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
    const next = refused
      ? 'Compare it with the code that you were given.'
      : error instanceof PnsProblem && error.code === 'relay_answered_nonsense'
        ? 'Compare the address with the one that you were given, and run the command again with it: the same key is used.'
        : (NOT_REACHED[seen] ??
          'The relay may have seen the code, or not: run the same command again, which goes on with the same key.')
    throw new CommandFailed(1, `${message}\n${next} The key is kept in ${keyFile}.`)
  }
}

function writeSettings(config: string, text: string, pbx: string): void {
  try {
    createFile(config, text, 0o640)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const next = 'mend that and run the same command again, which goes on with the same key'
    throw new CommandFailed(1, `This PBX is enrolled as ${pbx}, but ${config} cannot be written (${code}): ${next}.`)
  }
}

/** One request as the PNS will sign them. */
async function test({ config, keyFile }: Enrolment, pbx: string, patience: Patience): Promise<void> {
  try {
    await withRelay(loadSettings(config), (relay) => proveKey(relay, patience))
  } catch (error) {
    const done = `This PBX is enrolled as ${pbx}; ${config} and ${keyFile} are written. Do not enrol again`
    const next = `when that is mended, try \`wakecall keys list --config ${config}\``
    throw new CommandFailed(1, `The signed test request failed. ${(error as Error).message}\n${done}: ${next}.`)
  }
}
