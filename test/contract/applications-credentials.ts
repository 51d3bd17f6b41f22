import { generateKeyPairSync } from 'node:crypto'

const privateKey = (): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

export const appleKey = privateKey

/** A certificate like Apple's, self-signed; only its form and its date matter here. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBrjCCAVOgAwIBAgIUSQ/692p08f/H9V05AgFopKGOphkwCgYIKoZIzj0EAwIw
KzEpMCcGA1UEAwwgVm9JUCBTZXJ2aWNlczogY29tLmV4YW1wbGUucGhvbmUwIBcN
MjYxMTIyMTkxMTQ1WhgPMjEyNjEwMjkxOTExNDVaMCsxKTAnBgNVBAMMIFZvSVAg
U2VydmljZXM6IGNvbS5leGFtcGxlLnBob25lMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEFijXYsolfjkOnhrZCNeBG2ll+Q5mZPS9YQbHeAznx6HDsvMrFfE8cAH5
HfKxNG55Oz77/frE+c55DBVrH7xjFaNTMFEwHQYDVR0OBBYEFLZQuMEcFih1bqWY
wDJl1W0PHs18MB8GA1UdIwQYMBaAFLZQuMEcFih1bqWYwDJl1W0PHs18MA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhALm1bvLBIC8VYJyJbritQAO7
UykZVAliqXtVbhXDMDieAiEArvtx7OPPSt9M3/Z85K92UJIP/lL1nEe+CO3HPsft
cw8=
-----END CERTIFICATE-----
`
export const CERTIFICATE_EXPIRES = '2126-10-29T19:11:45Z'

export const appleCertificate = (): string => JSON.stringify({ certificate: CERTIFICATE, privateKey: privateKey() })

export const serviceAccount = (more: Record<string, unknown> = {}): string =>
  JSON.stringify(
    {
      type: 'service_account',
      project_id: 'example-phone',
      private_key_id: '0123456789abcdef',
      private_key: privateKey(),
      client_email: 'push@example-phone.iam.gserviceaccount.com',
      ...more,
    },
    undefined,
    2,
  )
