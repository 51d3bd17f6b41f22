import * as v from 'valibot'

const arn = v.pipe(v.string(), v.regex(/^arn:[^:]+:sns:[^:]*:\d*:app\/(APNS|APNS_SANDBOX|APNS_VOIP|APNS_VOIP_SANDBOX|GCM)\/.+$/))

/** JSON `{"<app>": {"bundle": "com.example.phone", "voip": "<ARN>", "alert": "<ARN>", "fcm": "<ARN>"}}`. */
export const AppsSetting = v.pipe(
  v.string(),
  v.parseJson(),
  v.record(
    v.string(),
    v.strictObject({ bundle: v.optional(v.string()), voip: v.optional(arn), alert: v.optional(arn), fcm: v.optional(arn) }),
  ),
)

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
