import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { systemClock as clock, isoTime } from '../../core/clock.ts'
import { invite } from '../../core/enrol.ts'
import { showCode } from '../../core/enrol-code.ts'
import { KNOWN_FOR_MS, type Pbx } from '../../core/pbx.ts'
import { PbxId } from '../../wire/fields.ts'
import { Problem } from '../../wire/problem.ts'
import { aligned, command, Refused } from './command.ts'
import { defaultQuotas } from './default-quotas.ts'

const Quota = v.pipe(v.string(), v.regex(/^[1-9]\d{0,7}$/, 'must be a whole number, 1 to 99999999'), v.transform(Number))
const Label = v.pipe(v.string(), v.regex(/^[^\p{Cc}]{1,128}$/u, 'must have 1 to 128 characters, without control characters'))
const quotas = { devices: v.optional(Quota), pushes: v.optional(Quota) }

const quotasOf = ({ devices, pushes }: { devices?: number | undefined; pushes?: number | undefined }) => ({
  ...(devices !== undefined && { devices }),
  ...(pushes !== undefined && { pushesPerMinute: pushes }),
})

export const noSuchPbx = (id: string): Refused =>
  new Refused(`There is no PBX ${id}: \`wakecall-admin pbx list\` shows those that there are, \`pbx invite ${id}\` makes it.`)

export const REVOKED_WITHIN = `The relay’s functions may know it for ${KNOWN_FOR_MS / 1000} s more.`

export const invitePbx = command(
  'pbx invite NAME [--name LABEL] [--devices N] [--pushes N] [--config FILE]',
  'Lets a PBX in, or in again: makes a code that is valid once, for 24 hours. NAME is its id',
  { NAME: PbxId, name: v.optional(Label), ...quotas, config: v.optional(v.string()) },
  async ({ url, pbxs }, { NAME: id, name, config, ...given }) => {
    const changes = { ...(name !== undefined && { name }), ...quotasOf(given) }
    const { code, until } = await invite({ pbxs, clock, randomBytes }, id, changes, await defaultQuotas(config)).catch(
      (error: unknown) => {
        if (!(error instanceof Problem)) throw error
        throw new Refused(
          `${error.message} \`wakecall-admin keys list ${id}\` shows them, \`keys revoke ${id} KEYID\` removes one.`,
        )
      },
    )
    const [shown, expiresAt] = [showCode(code), isoTime(until)]
    const next = `wakecall enrol ${url} ${shown}`
    return {
      json: { pbx: id, code: shown, expiresAt, command: next },
      lines: [
        `PBX ${id} is invited. Its code is valid once, until ${expiresAt}, and replaces any earlier one:`,
        `  ${shown}`,
        'On the PBX, run:',
        `  ${next}`,
      ],
    }
  },
)

const show = ({ id, name, keys, quotas, invitation, revokedAt }: Pbx) => ({
  pbx: id,
  name,
  keys: Object.keys(keys).length,
  quotas,
  ...(invitation && { invitedUntil: isoTime(invitation.until) }),
  ...(revokedAt !== undefined && { revokedAt: isoTime(revokedAt) }),
})
type Shown = ReturnType<typeof show>

const stateOf = ({ keys, invitedUntil, revokedAt }: Shown): string =>
  [
    revokedAt ? `revoked ${revokedAt}` : keys > 0 ? 'enrolled' : 'not enrolled',
    ...(invitedUntil ? [`invited until ${invitedUntil}`] : []),
  ].join(', ')

export const listPbxs = command('pbx list', 'Shows every PBX: keys, quotas, state', {}, async ({ pbxs }) => {
  const shown = (await pbxs.list()).map(show)
  const rows = shown.map((one) => [
    one.pbx,
    String(one.keys),
    String(one.quotas.devices),
    String(one.quotas.pushesPerMinute),
    stateOf(one),
    one.name,
  ])
  const lines =
    rows.length > 0
      ? aligned([['PBX', 'KEYS', 'DEVICES', 'PUSHES/MIN', 'STATE', 'NAME'], ...rows])
      : ['There is no PBX yet: `wakecall-admin pbx invite NAME` lets one in.']
  return { json: { pbxs: shown }, lines }
})

export const revokePbx = command(
  'pbx revoke NAME',
  'Shuts a PBX out: removes all of its keys and its invitation',
  { NAME: PbxId },
  async ({ pbxs }, { NAME: id }) => {
    const pbx = await pbxs.revoke(id, clock.now())
    if (!pbx) throw noSuchPbx(id)
    return {
      json: show(pbx),
      lines: [`PBX ${id} is revoked. ${REVOKED_WITHIN} \`wakecall-admin pbx invite ${id}\` lets it in again.`],
    }
  },
)

export const quotaOfPbx = command(
  'pbx quota NAME [--devices N] [--pushes N]',
  'Sets how many devices a PBX may register and how many pushes a minute it may send, or shows it',
  { NAME: PbxId, ...quotas },
  async ({ pbxs }, { NAME: id, ...given }) => {
    const pbx = await pbxs.setQuotas(id, quotasOf(given))
    if (!pbx) throw noSuchPbx(id)
    const { devices, pushesPerMinute } = pbx.quotas
    return { json: { pbx: id, quotas: pbx.quotas }, lines: [`${id}: ${devices} devices, ${pushesPerMinute} pushes a minute`] }
  },
)
