import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import { type Registration, registrationOf } from '../../client/store/registration.ts'
import type { Device } from '../../core/device.ts'
import type { Findings } from './findings.ts'
import { type ModelDevice, nameOf, type State, sameState, textOf } from './model.ts'
import type { Rules } from './relay.ts'
import { REFUSED } from './sns.ts'
import type { Unit } from './unit.ts'

/** Every row of a PNS that has ended. */
export function readRows(file: string): Registration[] {
  const sql = new DatabaseSync(file, { readOnly: true })
  try {
    return sql.prepare('SELECT * FROM device').all().map(registrationOf)
  } finally {
    sql.close()
  }
}

const atPns = ({ platform, token, alertToken }: Registration): ModelDevice => ({
  platform,
  token,
  ...(alertToken && { alertToken }),
})
const stateOf = (rows: readonly Registration[]): State => new Map(rows.map((row) => [nameOf(row), atPns(row)]))

function isSame({ platform, token, alertToken, version }: Registration, device: Device): boolean {
  const tokens = platform === 'ios' ? { voip: token, ...(alertToken && { alert: alertToken }) } : { fcm: token }
  return platform === device.platform && version === device.version && isDeepStrictEqual(tokens, device.tokens)
}

/** Both sides of one unit, when nothing is left to be told: what is wrong with them, one line each. */
export function differences({ states }: Unit, rows: readonly Registration[], devices: readonly Device[]): string[] {
  const live = rows.filter(({ removed }) => !removed)
  const known = states.some((state) => sameState(state, stateOf(live)))
  const relay = new Map(devices.map((device) => [nameOf(device), device]))
  return [
    ...(known
      ? []
      : [`the PNS has ${textOf(stateOf(live))}, which no order of the changes leads to: ${states.map(textOf).join(' | ')}`]),
    ...rows.flatMap((row) => problemOf(row, relay.get(nameOf(row))) ?? []),
    ...devices.map(nameOf).flatMap((name) => (rows.some((row) => nameOf(row) === name) ? [] : [`${name} is at the relay only`])),
  ]
}

function problemOf(row: Registration, device: Device | undefined): string | undefined {
  const name = nameOf(row)
  if (row.token.startsWith(REFUSED) && !row.removed) {
    return row.refusal?.startsWith('token_refused') ? undefined : `${name} has a token that the relay refuses, and is not parked`
  }
  if (row.refusal !== undefined) return `${name} is parked: ${row.refusal}`
  if (row.version !== row.confirmedVersion) return `${name} is not confirmed`
  if (row.removed) return `${name} is removed and confirmed, and is still there`
  if (!device) return `${name} is not at the relay`
  return isSame(row, device) ? undefined : `${name} is another at the relay: ${JSON.stringify(device)}`
}

/** Compares every unit on both sides with what it may have come to. */
export async function compareAll(
  units: readonly Unit[],
  rows: readonly Registration[],
  rules: Rules,
  findings: Findings,
): Promise<void> {
  const byExtension = Map.groupBy(rows, ({ extension }) => extension)
  for (const unit of units) {
    const own = unit.extensions.flatMap((extension) => byExtension.get(extension) ?? [])
    const devices = (await Promise.all(unit.extensions.map(rules.devicesOf))).flat()
    for (const difference of differences(unit, own, devices)) findings.wrong(`${unit.name}: ${difference}`, unit.name)
    unit.states = [stateOf(own.filter(({ removed }) => !removed))]
  }
}
