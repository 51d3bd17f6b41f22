import { readKey } from '../../keys/key-file.ts'
import { PnsProblem, type PnsProblemCode } from '../../problem.ts'
import { withRelay } from '../../relay/with-relay.ts'
import type { SettingsFile } from '../../settings.ts'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'
import { leftOut } from '../left-out.ts'

export const KEY = {
  key_accepted: ok('The relay takes requests of this PBX only when they are signed with a key that it knows.'),
  key_refused: broken(
    'The relay does not know this key: it refuses every call and every registration.',
    'Compare `pbx` and `keyFile` with what the operator has (`wakecall-admin`), or enrol again with a new code: `wakecall enrol`.',
  ),
  relay_stranger: broken(
    'Something that is not the relay answers at its address: nobody is woken.',
    'Compare `relay` with the output RelayUrl of the deployment; sign in to a captive portal, if there is one.',
  ),
  relay_failing: broken(
    'The relay cannot wake anybody at this moment; the PBX rings the phones that are awake.',
    'Try again in a minute. If it stays, whoever runs the relay has a runbook (docs/runbook.md).',
  ),
  relay_throttles: warning(
    'This PBX has used up its quota at the relay: some calls are not pushed.',
    'Ask the operator for a higher quota, or find out who asks so often.',
  ),
} satisfies Catalogue

const found = finder(KEY)
const WITHIN_MS = 3_000

const ID_OF: Partial<Record<PnsProblemCode, keyof typeof KEY>> = {
  key_refused: 'key_refused',
  relay_answered_nonsense: 'relay_stranger',
  push_rate_exceeded: 'relay_throttles',
}

/** A signed request that changes nothing. */
export async function checkKey(settings: SettingsFile): Promise<Finding> {
  const key = readKey(settings.keyFile)
  if (typeof key === 'string') return leftOut('whether the relay accepts the key', 'the key cannot be used')
  try {
    const { keys } = await withRelay({ ...settings, key }, ({ once }) => once('keys', { budgetMs: WITHIN_MS }))
    return found('key_accepted', `The relay took a signed request of PBX ${settings.pbx}; keys that it knows: ${keys.length}.`)
  } catch (error) {
    if (!(error instanceof PnsProblem)) throw error
    if (error.code === 'clock_skewed') return leftOut('whether the relay accepts the key', 'the clock is wrong')
    return found(ID_OF[error.code] ?? 'relay_failing', `${error.code}: ${error.message}`)
  }
}
