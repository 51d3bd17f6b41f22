import { createPrivateKey } from 'node:crypto'
import { publicKeyText } from '../wire/signature.ts'

/** The key of RFC 9421, B.1.4: known to everybody, good for measuring only. */
export const BENCH_KEY = createPrivateKey(`-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----`)

export const BENCH_PUBLIC_KEY = publicKeyText(BENCH_KEY)

export const BENCH_APPS = {
  phone: {
    bundle: 'com.example.phone',
    voip: 'arn:aws:sns:eu-west-1:000000000000:app/APNS_VOIP/phone',
    fcm: 'arn:aws:sns:eu-west-1:000000000000:app/GCM/phone',
  },
}

/** The environment of the function `calls`, with AWS at `url`. */
export const benchEnv = (url: string): Record<string, string> => ({
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_ENDPOINT_URL_DYNAMODB: url,
  AWS_ENDPOINT_URL_SNS: url,
  TABLE_NAME: 'bench',
  CALLER_KEY: 'bench',
  APPS: JSON.stringify(BENCH_APPS),
})
