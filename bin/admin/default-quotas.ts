import type { Quotas } from '../../core/pbx.ts'
import { UsageError } from './command.ts'

/**
 * What a PBX may use unless it is invited with other quotas: those of the configuration that is deployed, which is
 * wakecall.config.ts unless `cdk deploy` is given another FILE with `-c config=FILE`. Loaded only here: it takes the CDK along.
 */
export async function defaultQuotas(file?: string): Promise<Quotas> {
  const { loadSettings } = await import('../../lib/load-settings.ts')
  const { quotas } = await loadSettings(file).catch((error: Error) => {
    throw new UsageError(error.message)
  })
  return quotas
}
