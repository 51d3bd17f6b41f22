import { X509Certificate } from 'node:crypto'
import * as v from 'valibot'
import type { SnsPlatform } from '../../wire/payload.ts'
import { invalid } from './errors.ts'

const ServiceAccount = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ type: v.literal('service_account'), project_id: v.string(), client_email: v.string(), private_key: v.string() }),
)

const AppleKey = v.object({
  PlatformCredential: v.pipe(v.string(), v.startsWith('-----BEGIN PRIVATE KEY-----')),
  PlatformPrincipal: v.pipe(v.string(), v.length(10)),
  ApplePlatformTeamID: v.pipe(v.string(), v.length(10)),
  ApplePlatformBundleID: v.pipe(v.string(), v.minLength(1)),
})

const AppleCertificate = v.object({
  PlatformCredential: v.pipe(v.string(), v.regex(/^-----BEGIN (RSA )?PRIVATE KEY-----/)),
  PlatformPrincipal: v.pipe(
    v.string(),
    v.check((pem) => certificateOf(pem) !== undefined),
  ),
})

function certificateOf(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** When the certificate of an application expires, as SNS writes it (`2027-06-21T09:30:24Z`); an APNs key is none. */
export function certificateExpiry({ PlatformPrincipal = '' }: Record<string, string>): string | undefined {
  const certificate = certificateOf(PlatformPrincipal)
  return certificate && new Date(certificate.validTo).toISOString().replace('.000Z', 'Z')
}

/** Refuses credentials that Apple or Google would not take. Only their form is looked at: they are simulated. */
export function checkCredentials(platform: SnsPlatform, attributes: Record<string, string>): void {
  const apple = () => v.is(v.union([AppleKey, AppleCertificate]), attributes)
  const good = platform === 'GCM' ? v.is(ServiceAccount, attributes.PlatformCredential) : apple()
  if (!good) throw invalid('Attributes', 'Platform credentials are invalid')
}

/** Attributes with which the simulated SNS creates an application. For `APNS_VOIP` the bundle ends in `.voip`. */
export const simulatedCredentials = (platform: SnsPlatform, bundle: string): Record<string, string> =>
  platform === 'GCM'
    ? {
        PlatformCredential: JSON.stringify({
          type: 'service_account',
          project_id: 'simulated',
          client_email: 'simulated@simulated.iam.gserviceaccount.com',
          private_key: 'simulated',
        }),
      }
    : {
        PlatformCredential: '-----BEGIN PRIVATE KEY-----\nsimulated\n-----END PRIVATE KEY-----',
        PlatformPrincipal: 'SIMULATED0',
        ApplePlatformTeamID: 'SIMULATED0',
        ApplePlatformBundleID: bundle,
      }
