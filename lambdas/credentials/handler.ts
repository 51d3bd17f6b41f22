import { type CredentialStatus, lookAtCredentials } from '../../core/applications/credential.ts'
import { systemClock as clock } from '../../core/clock.ts'
import { applications } from '../aws/applications.ts'
import { readEnv } from '../kit/env.ts'
import { createLog } from '../kit/log.ts'
import { CredentialsEnv } from './env.ts'

const env = readEnv(CredentialsEnv, process.env)
const log = createLog('credentials')

function found({ application, disabled, certificateDays }: CredentialStatus): void {
  const days = certificateDays === undefined ? {} : { CredentialDays: certificateDays }
  const values = { ApplicationDisabled: disabled ? 1 : 0, ...days }
  log.measured({ kind: 'credential', dimensions: { application }, values }, {})
}

/** Called by a schedule; what it is called with says nothing. */
export const handler = (): Promise<void> => lookAtCredentials({ apps: env.APPS, applications, clock, found, report: log.error })
