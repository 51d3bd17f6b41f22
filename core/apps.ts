import type { PushRoute, SnsPlatform } from '../wire/payload.ts'

/** The platform applications of one mobile app, by what they push; `bundle` is Apple's bundle id, the base of the topic. */
type App = { bundle?: string | undefined; voip?: string | undefined; alert?: string | undefined; fcm?: string | undefined }

/** The relay's mobile apps by name. */
export type Apps = Readonly<Record<string, App>>

/** What an endpoint of a device is for: calls to an iPhone, its cancels and messages, everything to an Android. */
export type Channel = 'voip' | 'alert' | 'fcm'

const PLATFORM = /^arn:[^:]+:sns:[^:]+:\d*:app\/([A-Z_]+)\//

/** The SNS platform of a platform application, read from its ARN (`arn:aws:sns:<region>:<account>:app/<PLATFORM>/<name>`). */
export const platformOf = (applicationArn: string): SnsPlatform | undefined =>
  PLATFORM.exec(applicationArn)?.[1] as SnsPlatform | undefined

/** How a push reaches this channel of an app; `undefined` if the relay has no platform application for it. */
export function routeOf(apps: Apps, app: string, channel: Channel): PushRoute | undefined {
  const arn = apps[app]?.[channel]
  const platform = arn && platformOf(arn)
  return platform ? { platform, bundle: apps[app]?.bundle } : undefined
}
