import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import * as v from 'valibot'
import { AppsSetting } from '../lambdas/kit/env.ts'

const wholeNumber = v.pipe(v.string(), v.regex(/^\d{1,6}$/, 'must be a whole number'), v.transform(Number))
const positive = v.pipe(wholeNumber, v.minValue(1, 'must be at least 1'))
const boolean = v.pipe(
  v.picklist(['true', 'false'], 'must be true or false'),
  v.transform((text) => text === 'true'),
)

/** What an operator decides about a deployment, by the names of the CDK context. Rates are requests a second. */
const Context = v.object({
  stage: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z 0-9 -, a letter first')), 'dev'),
  apps: v.optional(AppsSetting, '{}'),
  deletionProtection: v.optional(boolean, 'true'),
  logRetentionDays: v.optional(
    v.pipe(
      wholeNumber,
      v.enum(RetentionDays, 'must be a retention that CloudWatch Logs has: 7, 14, 30, 60, 90, 180, 365…'),
      v.minValue(7, 'must be at least 7: the trace of a call is read from the logs for so long'),
    ),
    '14',
  ),
  throttleRate: v.optional(positive, '1000'),
  throttleBurst: v.optional(positive, '2000'),
})

const Settings = v.pipe(
  Context,
  v.transform(({ throttleRate: rate, throttleBurst: burst, ...settings }) => ({ ...settings, throttle: { rate, burst } })),
)
export type Settings = v.InferOutput<typeof Settings>

export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** Reads the settings from the CDK context (`-c name=value`, or cdk.json). Throws a `SettingsError` that lists every error. */
export function readSettings(context: (name: string) => unknown): Settings {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  const result = v.safeParse(
    Settings,
    Object.fromEntries(Object.keys(Context.entries).map((name) => [name, text(context(name))])),
  )
  if (result.success) return result.output
  const errors = result.issues.map((issue) => `  ${v.getDotPath(issue)}: ${issue.message}`)
  throw new SettingsError(['Wakecall cannot be deployed with these settings:', ...errors, '', NEXT_STEP].join('\n'))
}

const NEXT_STEP = `Mend them and try again. Settings are CDK context, for example:
  npx cdk deploy -c stage=prod -c apps='{"phone": {"bundle": "com.example.phone", "voip": "arn:aws:sns:…:app/APNS_VOIP/phone"}}'`
