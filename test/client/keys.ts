import { generateKeyPairSync } from 'node:crypto'
import { keyIdOf, publicKeyText } from '../../wire/signature.ts'

export const keys = generateKeyPairSync('ed25519')
export const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

export const publicKey = publicKeyText(keys.publicKey)
export const keyId = keyIdOf(publicKey)

/** Tokens of the right form: a PushKit token, an alert token, an FCM token. */
export const VOIP = 'a1b2c3d4'.repeat(8)
export const ALERT = 'e5f6a7b8'.repeat(8)
export const FCM = `fcm:${'Zy9-_x'.repeat(10)}`
