import { RemovalPolicy } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import * as v from 'valibot'
import { AppName } from '../wire/fields.ts'
import { check } from '../wire/parse.ts'
import { AppSettings, pattern } from './app-settings.ts'
import { appsBytes } from './apps.ts'

const whole = (min: number, max: number) =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  )
const share = v.pipe(v.number(), v.minValue(0, 'must be 0 to 1'), v.maxValue(1, 'must be 0 to 1'))
const removal = v.pipe(
  v.picklist(['retain', 'destroy'], "must be 'retain' or 'destroy'"),
  v.transform((choice) => (choice === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY)),
)

const Retention = (min: number, why: string) =>
  v.pipe(
    v.number(),
    v.enum(RetentionDays, 'must be a retention that CloudWatch Logs has: 1, 3, 5, 7, 14, 30, 60, 90, 180, 365…'),
    v.minValue(min, `must be at least ${min}: ${why}`),
  )

/** The environment of a function has 4 KB (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html); the rest has this. */
const OTHER_VARIABLES_BYTES = 600
const APPS_BYTES = 4096 - OTHER_VARIABLES_BYTES

/** A stack has 500 resources, and a platform application with its logs, filters and alarms takes a dozen of them. */
const MOST_APPLICATIONS = 24
const applicationsOf = (apps: Record<string, AppSettings>): number =>
  Object.values(apps).reduce((sum, { apple, google }) => sum + (apple ? 2 : 0) + (google ? 1 : 0), 0)

const Fields = v.strictObject({
  stage: v.optional(pattern(/^[a-z][a-z0-9-]{0,31}$/, '1 to 32 of a-z 0-9 -, a letter first'), 'dev'),
  region: v.optional(pattern(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, like eu-west-1')),
  apps: v.optional(v.record(AppName, AppSettings), {}),
  requests: v.optional(
    v.strictObject({ perSecond: v.optional(whole(1, 100_000), 1000), burst: v.optional(whole(1, 100_000), 2000) }),
    {},
  ),
  retention: v.optional(
    v.strictObject({
      logDays: v.optional(Retention(7, 'the trace of a call is read from the logs for so long'), 14),
      /** SNS writes device tokens into these. */
      deliveryLogDays: v.optional(Retention(7, 'the trace of a call is read from the logs for so long'), 7),
    }),
    {},
  ),
  /** What a PBX may use, unless it is invited with other quotas. */
  quotas: v.optional(
    v.strictObject({
      devices: v.optional(whole(1, 10_000_000), 10_000),
      pushesPerMinute: v.optional(whole(1, 10_000_000), 6000),
    }),
    {},
  ),
  /** Of the pushes that were delivered, how many leave a record, in percent; of the others every one does. */
  deliverySamplePercent: v.optional(whole(0, 100), 100),
  keepNumbers: v.optional(v.boolean(), false),
  alarms: v.optional(
    v.strictObject({
      email: v.optional(v.pipe(v.string(), v.email('must be an e-mail address'))),
      wakeRate: v.optional(share, 0.5),
      providerFailureRate: v.optional(share, 0.1),
      latencyP99Ms: v.optional(whole(1, 10_000), 2000),
      credentialDays: v.optional(whole(1, 365), 30),
    }),
    {},
  ),
  removal: v.optional(
    v.strictObject({
      table: v.optional(removal, 'retain'),
      applications: v.optional(removal, 'retain'),
      deliveryLogs: v.optional(removal, 'destroy'),
    }),
    {},
  ),
  domain: v.optional(
    v.strictObject({
      name: pattern(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a host name, like push.example.com'),
      certificateArn: pattern(
        /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/,
        'the ARN of a certificate in ACM, in the same region',
      ),
    }),
  ),
})

/** What an operator decides about a deployment; wakecall.config.example.ts explains every setting. */
const Config = v.pipe(
  Fields,
  v.forward(
    v.check(
      ({ stage, apps }) => appsBytes(stage, apps) <= APPS_BYTES,
      'do not fit into the environment of a function, which holds about 10 of them: shorten names, or make some another stage',
    ),
    ['apps'],
  ),
  v.forward(
    v.check(
      ({ apps }) => applicationsOf(apps) <= MOST_APPLICATIONS,
      `make more than ${MOST_APPLICATIONS} platform applications, two for apple and one for google each: make some another stage`,
    ),
    ['apps'],
  ),
)

/** As it is written in wakecall.config.ts. */
export type Config = v.InferInput<typeof Config>
/** As it is used, every default filled in. */
export type Settings = v.InferOutput<typeof Config>

const NEXT_STEP =
  'Mend them in wakecall.config.ts (wakecall.config.example.ts explains each), or name another file with -c config=FILE.'

export class SettingsError extends Error {
  override readonly name = 'SettingsError'

  constructor(errors: string[], options?: ErrorOptions) {
    const lines = errors.map((error) => `  ${error}`)
    super(['Wakecall cannot be deployed with these settings:', ...lines, '', NEXT_STEP].join('\n'), options)
  }
}

/** Checks a configuration. Throws a `SettingsError` that lists every error and none of the values. */
export function readSettings(config: unknown): Settings {
  const checked = check(Config, config)
  if ('output' in checked) return checked.output
  const nameOf = (pointer: string) => pointer.slice(1).replaceAll('/', '.') || 'the whole'
  throw new SettingsError(checked.errors.map(({ pointer, message }) => `${nameOf(pointer)}: ${message}`))
}
