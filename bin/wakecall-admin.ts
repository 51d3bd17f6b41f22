#!/usr/bin/env node
/** The operator's command. It reads and writes the relay's table with the operator's own AWS credentials and region. */
import { createPbxStore } from '../lambdas/aws/pbxs.ts'
import { explain } from './admin/aws-errors.ts'
import { aligned, type Command, UsageError } from './admin/command.ts'
import { listKeys, revokeKey } from './admin/keys.ts'
import { readOutputs } from './admin/outputs.ts'
import { invitePbx, listPbxs, quotaOfPbx, revokePbx } from './admin/pbx.ts'

const COMMANDS = [invitePbx, listPbxs, revokePbx, quotaOfPbx, listKeys, revokeKey]

const HELP = `wakecall-admin: lets PBXs use the relay, and shuts them out

${COMMANDS.map(({ usage, says }) => `  ${usage}\n      ${says}`).join('\n')}

Of every command:
${aligned([
  ['  --outputs FILE', 'What `npx cdk deploy --outputs-file FILE` wrote (default outputs.json)'],
  ['  --stack NAME', 'The relay’s stack, if FILE has several'],
  ['  --json', 'Print JSON'],
]).join('\n')}
`

const find = (noun = '', verb = ''): Command | undefined =>
  COMMANDS.find(({ usage }) => `${usage} `.startsWith(`${noun} ${verb} `))

async function run(command: Command, args: string[]): Promise<string> {
  const { common, run } = command.prepare(args)
  const { url, table } = readOutputs(common.outputs, common.stack)
  const { json, lines } = await run({ url, pbxs: createPbxStore(table) })
  return common.json ? JSON.stringify(json) : lines.join('\n')
}

async function main([noun, verb, ...args]: string[]): Promise<number> {
  const command = find(noun, verb)
  if ([noun, verb, ...args].some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(command ? `wakecall-admin ${command.usage}\n\n  ${command.says}\n` : HELP)
    return 0
  }
  if (!command) {
    process.stderr.write(HELP)
    return 2
  }
  try {
    process.stdout.write(`${await run(command, args)}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

process.exitCode = await main(process.argv.slice(2))
