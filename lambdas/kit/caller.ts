import { createHmac } from 'node:crypto'

/**
 * What is stored of a caller's number: 16 bytes of its HMAC-SHA-256, which tells whether two calls came from one number
 * and, without the deployment's key, not from which. With an empty key it is the number.
 */
export const callerOf =
  (key: string) =>
  (number: string): string =>
    key === '' ? number : `hmac:${createHmac('sha256', key).update(number).digest('base64url').slice(0, 22)}`
