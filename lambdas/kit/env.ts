import * as v from 'valibot'
import { AppName } from '../../wire/fields.ts'

const application = (platforms: string) =>
  v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\\d{12}:app/(${platforms})/[A-Za-z0-9_.-]{1,256}$`),
      `must be the ARN of an SNS platform application of ${platforms.replaceAll('|', ', ')}`,
    ),
  )

// PushKit tokens go through `APNS` too: SNS may refuse an `APNS_VOIP` application for some credentials.
const App = v.pipe(
  v.strictObject({
    bundle: v.optional(v.string()),
    voip: v.optional(application('APNS_VOIP|APNS_VOIP_SANDBOX|APNS|APNS_SANDBOX')),
    alert: v.optional(application('APNS|APNS_SANDBOX')),
    fcm: v.optional(application('GCM')),
  }),
  v.check(({ bundle, voip, alert }) => Boolean(bundle) || !(voip || alert), 'voip and alert need the bundle id of the app'),
)

/** The mobile apps by name, as JSON: `{"<app>": {"bundle": "com.example.phone", "voip": "<ARN>", "alert": "<ARN>", "fcm": "<ARN>"}}`. */
export const AppsSetting = v.pipe(v.string(), v.parseJson(undefined, 'must be JSON'), v.record(AppName, App))

export const TableSetting = v.pipe(v.string(), v.minLength(3))

export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** Reads a function's settings from its environment: all errors at once, by name, and no value printed. */
export function readEnv<S extends v.GenericSchema<unknown, unknown>>(schema: S, env: NodeJS.ProcessEnv): v.InferOutput<S> {
  const result = v.safeParse(schema, env)
  if (result.success) return result.output
  const names = [...new Set(result.issues.map((issue) => String(issue.path?.[0]?.key)))]
  throw new SettingsError(`missing or malformed environment variables: ${names.join(', ')}; the stack (lib/) sets them`)
}
