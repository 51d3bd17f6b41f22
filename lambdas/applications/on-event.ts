import * as v from 'valibot'
import type { Application, ApplicationPorts } from '../../core/applications/application.ts'
import { applyApplication, removeApplication } from '../../core/applications/apply.ts'
import { labelOf } from '../../core/applications/secret.ts'
import { platformOf } from '../../core/apps.ts'
import { check } from '../../wire/parse.ts'
import type { Log } from '../kit/log.ts'
import { ApplicationProperties } from './env.ts'

/**
 * What the CDK's Provider framework hands on of a CloudFormation event
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html).
 */
const Event = v.variant('RequestType', [
  v.object({ RequestType: v.literal('Create'), ResourceProperties: ApplicationProperties }),
  v.object({
    RequestType: v.literal('Update'),
    PhysicalResourceId: v.string(),
    ResourceProperties: ApplicationProperties,
    OldResourceProperties: v.object({ Name: v.string(), CredentialVersion: v.string(), KeyId: v.optional(v.string()) }),
  }),
  v.object({ RequestType: v.literal('Delete'), PhysicalResourceId: v.string() }),
])
type Event = v.InferOutput<typeof Event>

type Answer = { PhysicalResourceId: string }

/** The custom resource: its physical id is the ARN of the platform application. An error's message becomes CloudFormation's. */
export const createOnEvent =
  (ports: Omit<ApplicationPorts, 'report'>, log: Log) =>
  async (input: unknown): Promise<Answer> => {
    const event = read(input)
    const answer = { PhysicalResourceId: await serve({ ...ports, report: log.error }, event) }
    log.info('application', { request: event.RequestType, application: answer.PhysicalResourceId })
    return answer
  }

function read(input: unknown): Event {
  const checked = check(Event, input)
  if ('output' in checked) return checked.output
  const errors = checked.errors.map(({ pointer, message }) => `${pointer} ${message}`)
  throw new Error(`The stack and this function are not of one version: ${errors.join('; ')}`)
}

async function serve(ports: ApplicationPorts, event: Event): Promise<string> {
  if (event.RequestType === 'Delete') {
    // A create that failed is deleted too, under an id that somebody made up: nothing was made or adopted then.
    if (platformOf(event.PhysicalResourceId)) await removeApplication(ports, event.PhysicalResourceId)
    return event.PhysicalResourceId
  }
  const application = toApplication(event.ResourceProperties)
  if (event.RequestType === 'Create') return applyApplication(ports, application)
  return applyApplication(ports, application, { arn: event.PhysicalResourceId, label: labelIn(event.OldResourceProperties) })
}

type Labelling = { Name: string; CredentialVersion: string; KeyId?: string | undefined }

const labelIn = ({ Name, CredentialVersion, KeyId }: Labelling): string => labelOf(Name, CredentialVersion, KeyId)

const toApplication = (properties: ApplicationProperties): Application => ({
  arn: properties.ApplicationArn,
  name: properties.Name,
  platform: properties.Platform,
  secretArn: properties.SecretArn,
  label: labelIn(properties),
  credential: credentialOf(properties),
  feedbackRoleArn: properties.FeedbackRoleArn,
  successSampleRate: properties.SuccessSampleRate,
  eventTopicArn: properties.EventTopicArn,
})

function credentialOf(properties: ApplicationProperties): Application['credential'] {
  if (properties.Credential !== 'apns-key') return { kind: properties.Credential }
  const { TeamId, KeyId, BundleId } = properties
  return { kind: 'apns-key', teamId: TeamId, keyId: KeyId, bundleId: BundleId }
}
