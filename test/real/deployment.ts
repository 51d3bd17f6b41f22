import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../lib/settings.ts'
import { ACCOUNT, REGION } from './aws.ts'
import { run } from './shell.ts'

const ROOT = join(import.meta.dirname, '../..')

/** What an operator does from the project's folder, with `dir` for all that is written. */
export type Deployment = {
  /** The outputs of the stack, as `wakecall-admin` reads them. */
  outputs: string
  bootstrap: () => Promise<string>
  deploy: (config: Config) => Promise<string>
  destroy: () => Promise<string>
  admin: (args: string) => Promise<string>
}

export function createDeployment(dir: string, env: Record<string, string>): Deployment {
  const [outputs, configFile] = [join(dir, 'outputs.json'), join(dir, 'wakecall.config.mts')]
  const inProject = (command: string) => run(command, { cwd: ROOT, env })
  let assembly = ''
  let syntheses = 0
  return {
    outputs,
    bootstrap: () => inProject(`cdk bootstrap aws://${ACCOUNT}/${REGION}`),
    async deploy(config) {
      await writeFile(configFile, `export const config = ${JSON.stringify(config, undefined, 2)}\n`)
      assembly = join(dir, `cdk.out-${++syntheses}`)
      await inProject(`cdk synth --quiet --output ${assembly} --context config=${configFile}`)
      return inProject(`cdk deploy --app ${assembly} --outputs-file ${outputs}`)
    },
    destroy: () => inProject(`cdk destroy --force --app ${assembly}`),
    admin: (args) => inProject(`node bin/wakecall-admin.ts ${args} --outputs ${outputs}`),
  }
}
