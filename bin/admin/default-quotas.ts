import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Quotas } from '../../core/pbx.ts'
import { UsageError } from './command.ts'

/** The configuration that is deployed unless `cdk deploy` is given another one with `-c config=FILE`. */
const CONFIG = resolve(import.meta.dirname, '../../wakecall.config.ts')

/** What a PBX may use unless it is invited with other quotas. Loaded only here: it takes the CDK along. */
export async function defaultQuotas(file: string = CONFIG): Promise<Quotas> {
  const { readSettings } = await import('../../lib/settings.ts')
  try {
    const { config } = await import(pathToFileURL(resolve(file)).href)
    return readSettings(config).quotas
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
