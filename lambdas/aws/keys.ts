import type { DeviceKey } from '../../core/device.ts'

/**
 * Keys of the one table. A PBX id and a device id hold no `#`, so that every key reads back to one item only, although
 * an extension and a callId may hold one.
 */
export const pbxKey = (pbx: string) => ({ pk: `PBX#${pbx}`, sk: 'PBX' })
/** A partition of its own lists the PBXs, so that nobody scans the table for them. */
export const PBXS = 'PBXS'
export const directoryKey = (pbx: string) => ({ pk: PBXS, sk: pbx })
export const codeKey = (codeHash: string) => ({ pk: `ENROLMENT#${codeHash}`, sk: 'ENROLMENT' })
export const countKey = (pbx: string) => ({ pk: `PBX#${pbx}`, sk: 'DEVICES' })
export const rateKey = (pbx: string, minute: number) => ({ pk: `PBX#${pbx}`, sk: `RATE#${minute}` })
export const extensionKey = (pbx: string, extension: string) => `PBX#${pbx}#EXT#${extension}`
export const deviceKey = ({ pbx, extension, deviceId }: DeviceKey) => ({
  pk: extensionKey(pbx, extension),
  sk: `DEVICE#${deviceId}`,
})
export const endpointKey = (arn: string) => `ENDPOINT#${arn}`
export const linkKey = (arn: string, { pbx, extension, deviceId }: DeviceKey) => ({
  pk: endpointKey(arn),
  sk: `PBX#${pbx}#EXT#${extension}#DEVICE#${deviceId}`,
})
export const closingKey = (arn: string, mark: string) => ({ pk: endpointKey(arn), sk: `CLOSING#${mark}` })
export const callKey = (pbx: string, callId: string) => ({ pk: `PBX#${pbx}#CALL#${callId}`, sk: 'CALL' })
export const messageKey = (pbx: string, messageId: string) => ({ pk: `PBX#${pbx}#MESSAGE#${messageId}`, sk: 'MESSAGE' })

/** DynamoDB's TTL attribute counts in seconds. */
export const ttl = (now: number, seconds: number) => Math.ceil(now / 1000) + seconds

export const WEEK_SECONDS = 7 * 24 * 3600

export const isConditionFailed = (error: unknown): boolean => (error as Error).name === 'ConditionalCheckFailedException'
