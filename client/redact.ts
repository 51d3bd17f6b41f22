/** Of a device token only its last 6 characters: enough to tell two apart, not enough to push to one. */
export const redactToken = (token: string): string => `…${token.slice(-6)}`
