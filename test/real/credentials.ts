import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { secret } from '../relay/secrets.ts'
import { run } from './shell.ts'

/** Each line of a PEM block is as secret as the whole, which stands nowhere as it is: JSON escapes its line ends. */
export function secretPem(pem: string): string {
  for (const line of pem.split('\n')) if (!line.startsWith('-----') && line.length >= 16) secret(line)
  return pem
}

const pemOf = (key: KeyObject) => secretPem(key.export({ type: 'pkcs8', format: 'pem' }) as string)

/** An APNs key, as Apple's .p8 files are. */
export const appleKey = (): string => pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)

/** The JSON of a Google service account. */
export const googleServiceAccount = (): string =>
  JSON.stringify({
    type: 'service_account',
    project_id: 'example-phone',
    private_key: pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
    client_email: 'push@example-phone.iam.gserviceaccount.com',
  })

/** A certificate that is good for so many days, with its key, as the secret of an app holds them. */
export async function appleCertificate(dir: string, days: number): Promise<string> {
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout certificate.key'
  await run(`openssl req -x509 -subj /CN=com.example.phone -days ${days} ${key} -out certificate.pem`, { cwd: dir })
  const read = (file: string) => readFile(join(dir, file), 'utf8')
  return JSON.stringify({ certificate: await read('certificate.pem'), privateKey: secretPem(await read('certificate.key')) })
}
