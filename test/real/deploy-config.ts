import type { Config } from '../../lib/settings.ts'
import { REGION } from './aws.ts'

export const STAGE = 'test'
/** The app of the phones: an APNs key and a Google service account. */
export const APP = 'phone'
const bundleId = 'com.example.phone'

/** The operator's secrets; their names have nothing of the deployment in them. */
export const SECRETS = { key: 'push/apns-key', certificate: 'push/apns-certificate', google: 'push/fcm' }

type Changes = { certificateVersion?: string; removal?: Config['removal'] }

/** Two apps, so that every kind of credential is there. Every setting that is not here is as its default says. */
export const configOf = ({ certificateVersion = '1', removal = {} }: Changes = {}): Config => ({
  stage: STAGE,
  region: REGION,
  apps: {
    [APP]: {
      apple: { bundleId, teamId: 'ABCDE12345', keyId: 'KEY1234567', keySecret: SECRETS.key },
      google: { serviceAccountSecret: SECRETS.google },
    },
    'phone.dev': {
      apple: {
        bundleId,
        certificateSecret: SECRETS.certificate,
        environment: 'sandbox',
        credentialVersion: certificateVersion,
      },
    },
  },
  alarms: { email: 'operator@example.com' },
  removal,
})

/** The platform application that has the certificate, and all of them. */
export const CERTIFIED = `APNS_VOIP_SANDBOX/wakecall-${STAGE}-phone.dev-voip`
export const ANDROID = `GCM/wakecall-${STAGE}-phone-fcm`
export const APPLICATIONS = [
  `APNS/wakecall-${STAGE}-phone-alert`,
  `APNS_SANDBOX/wakecall-${STAGE}-phone.dev-alert`,
  `APNS_VOIP/wakecall-${STAGE}-phone-voip`,
  CERTIFIED,
  ANDROID,
]
