import type { Apps } from '../apps.ts'
import type { Clock } from '../clock.ts'
import type { Report } from '../ports.ts'
import type { Applications } from './application.ts'
import { persist } from './retry.ts'

/** `application` is `<PLATFORM>/<name>`; days until its certificate expires, below 0 after it has, if it has one. */
export type CredentialStatus = { application: string; disabled: boolean; certificateDays?: number }

export type CredentialPorts = {
  apps: Apps
  applications: Pick<Applications, 'attributes'>
  clock: Clock
  found: (status: CredentialStatus) => void
  report: Report
}

const DAY_MS = 86_400_000
/** Well inside the time that the function has. */
const PATIENCE_MS = 20_000

/** Looks at every platform application, whatever becomes of the others; throws in the end if one could not be looked at. */
export async function lookAtCredentials({ apps, applications, clock, found, report }: CredentialPorts): Promise<void> {
  const arns = new Set(
    Object.values(apps).flatMap(({ voip, alert, fcm }) => [voip, alert, fcm].filter((arn) => arn !== undefined)),
  )
  const until = clock.now() + PATIENCE_MS
  const unseen: string[] = []
  for (const arn of arns) {
    const application = arn.replace(/^.*:app\//, '')
    try {
      found(statusOf(application, await persist(clock, until, () => applications.attributes(arn)), clock.now()))
    } catch (error) {
      report(`${application} could not be looked at`, error)
      unseen.push(application)
    }
  }
  if (unseen.length > 0) throw new Error(`Platform applications that could not be looked at: ${unseen.join(', ')}`)
}

/** SNS's documentation says `ExpiryDate`, accounts answer `ExpirationDate`, as `2027-06-21T09:30:24Z`. */
function statusOf(application: string, attributes: Record<string, string>, now: number): CredentialStatus {
  const disabled = attributes.Enabled === 'false'
  const expires = attributes.AppleCertificateExpirationDate ?? attributes.AppleCertificateExpiryDate
  if (expires === undefined) return { application, disabled }
  const certificateDays = Math.floor((Date.parse(expires) - now) / DAY_MS)
  if (Number.isNaN(certificateDays)) throw new Error('SNS gives the expiry of its certificate in a form that is not known here')
  return { application, disabled, certificateDays }
}
