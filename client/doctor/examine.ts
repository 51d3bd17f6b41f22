import { CHECKS, type Check } from './checks.ts'
import type { Finding } from './finding.ts'
import { leftOut } from './left-out.ts'
import { readPatient } from './patient.ts'
import { type Asked, stateOfPns } from './pns.ts'

/** With the two seconds that the service has to answer, the whole stays around ten. */
const CHECK_MS = 8_000
const USUAL: Asked = { listen: '127.0.0.1:7460', localToken: undefined }

/** What a check finds, or that it could not: a check that fails must not hide the others. */
async function within(ms: number, { what }: Check, run: () => ReturnType<Check['run']>): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Finding[]>((resolve) => {
    timer = setTimeout(() => resolve([leftOut(what, `it took longer than ${ms / 1000} s`)]), ms)
  })
  const failed = (error: unknown) => [leftOut(what, `the check itself failed: ${(error as Error).message}`)]
  const findings = await Promise.race([new Promise<Finding[]>((resolve) => resolve(run())).catch(failed), late])
  clearTimeout(timer)
  return findings
}

/** Examines the set-up that a settings file describes, all checks side by side. */
export async function examine(config: string, checks = CHECKS, checkMs = CHECK_MS): Promise<Finding[]> {
  const patient = readPatient(config)
  const at = patient.settings ?? USUAL
  const pns = await stateOfPns(at)
  const findings = await Promise.all(checks.map((check) => within(checkMs, check, () => check.run(patient, pns, at))))
  return findings.flat()
}
