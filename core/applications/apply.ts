import type { Application, ApplicationPorts, Former } from './application.ts'
import { attributesOf } from './attributes.ts'
import { failureOf } from './failure.ts'
import { persist } from './retry.ts'
import { labelSecret, readSecret, unlabelled } from './secret.ts'
import { isServiceError, ServiceError } from './service-error.ts'

/** A role that was made a moment ago is known to SNS within seconds; a minute is what others in the field wait for it. */
const PATIENCE_MS = 60_000

/**
 * Makes the platform application, or adopts the one of that name, such as one that a former stack retained; an update from
 * `former` to the same ARN expects it to be there and makes it again if somebody deleted it. Gives its ARN. Throws an
 * `ApplicationFailure` that says what to do.
 */
export async function applyApplication(
  { applications, secrets, clock, report }: ApplicationPorts,
  application: Application,
  former?: Former,
): Promise<string> {
  const change = former?.arn === application.arn ? 'update' : 'create'
  const until = clock.now() + PATIENCE_MS
  const attempt = <T>(run: () => Promise<T>) => persist(clock, until, run)
  let secret = ''
  try {
    const { text, version, labelled } = await attempt(() => readSecret(secrets, application, former))
    secret = text
    const attributes = attributesOf(application, secret)

    const create = () => attempt(() => applications.create(application.name, application.platform, attributes))
    const set = (arn: string) => attempt(() => applications.set(arn, attributes))
    // After a create too: it answers an application that is there already, and what SNS compares then is not documented.
    const arn = change === 'create' ? await create().catch(existing(application.arn)) : application.arn
    await set(arn).catch(async (error: unknown) => {
      if (change === 'create' || !isServiceError(error, 'NotFound')) throw error
      await create()
    })

    // SNS disables an application whose credentials were refused; new ones need not enable it. That `Enabled` may be set is
    // not documented: a refusal must not fail the deployment, the hourly look tells of an application that stays disabled.
    const { Enabled } = await attempt(() => applications.attributes(arn))
    if (Enabled === 'false') await attempt(() => applications.set(arn, { Enabled: 'true' })).catch(() => {})

    // Whoever comes back to a label was rolled back: the label that it comes from is to take what the secret holds next.
    const kept = labelled ? undefined : former?.label
    await attempt(() => labelSecret(secrets, application, version, kept)).catch((error: unknown) =>
      report(unlabelled(application), error),
    )
    return arn
  } catch (error) {
    throw error instanceof ServiceError ? failureOf(error, application, secret) : error
  }
}

/** Deletes the application; its endpoints go with it. */
export async function removeApplication(
  { applications, clock }: Pick<ApplicationPorts, 'applications' | 'clock'>,
  arn: string,
): Promise<void> {
  await persist(clock, clock.now() + PATIENCE_MS, () => applications.remove(arn))
}

const existing =
  (arn: string) =>
  (error: unknown): string => {
    if (isServiceError(error, 'InvalidParameter') && /same name but different properties/i.test(error.message)) return arn
    throw error
  }
