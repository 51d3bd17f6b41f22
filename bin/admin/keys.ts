import { keysOf } from '../../core/keys.ts'
import { KeyId, PbxId } from '../../wire/fields.ts'
import { aligned, command, Refused } from './command.ts'
import { noSuchPbx, REVOKED_WITHIN } from './pbx.ts'

export const listKeys = command(
  'keys list NAME',
  'Shows the keys of a PBX, the oldest first',
  { NAME: PbxId },
  async ({ pbxs }, { NAME: id }) => {
    const pbx = await pbxs.get(id)
    if (!pbx) throw noSuchPbx(id)
    const keys = keysOf(pbx)
    const lines =
      keys.length > 0
        ? aligned([['KEY', 'ADDED'], ...keys.map(({ keyId, addedAt }) => [keyId, addedAt])])
        : [`PBX ${id} has no key: \`wakecall-admin pbx invite ${id}\` lets it enrol one.`]
    return { json: { pbx: id, keys }, lines }
  },
)

export const revokeKey = command(
  'keys revoke NAME KEYID',
  'Removes one key of a PBX',
  { NAME: PbxId, KEYID: KeyId },
  async ({ pbxs }, { NAME: id, KEYID: keyId }) => {
    const pbx = await pbxs.removeKey(id, keyId, keyId)
    if (!pbx && !(await pbxs.get(id))) throw noSuchPbx(id)
    if (!pbx) throw new Refused(`PBX ${id} has no key ${keyId}: \`wakecall-admin keys list ${id}\` shows those that it has.`)
    const left = Object.keys(pbx.keys).length
    return {
      json: { pbx: id, keyId, keysLeft: left },
      lines: [`Key ${keyId} of PBX ${id} is revoked; it has ${left} left. ${REVOKED_WITHIN}`],
    }
  },
)
