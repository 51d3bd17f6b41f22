import * as v from 'valibot'

const Common = {
  ServiceToken: v.string(),
  /** What the platform application is to be called, and the ARN that it has then: its physical id. */
  Name: v.string(),
  ApplicationArn: v.string(),
  /** The secret's ARN without its random suffix, and what the operator changes for SNS to have what it holds now. */
  SecretArn: v.string(),
  CredentialVersion: v.string(),
  FeedbackRoleArn: v.string(),
  SuccessSampleRate: v.string(),
  EventTopicArn: v.string(),
}

const ApplePlatform = v.picklist(['APNS', 'APNS_SANDBOX', 'APNS_VOIP', 'APNS_VOIP_SANDBOX'])

/**
 * The properties of the custom resource, by what the secret holds: the .p8 text of an APNs key, the JSON
 * `{"certificate": "<PEM>", "privateKey": "<PEM>"}`, or the JSON of a Google service account. Never the credential itself.
 */
export const ApplicationProperties = v.variant('Credential', [
  v.object({
    ...Common,
    Credential: v.literal('apns-key'),
    Platform: ApplePlatform,
    TeamId: v.string(),
    KeyId: v.string(),
    /** As SNS is told it: for `APNS_VOIP` and its sandbox the app's bundle id with `.voip` behind it. */
    BundleId: v.string(),
  }),
  v.object({ ...Common, Credential: v.literal('apns-certificate'), Platform: ApplePlatform }),
  v.object({ ...Common, Credential: v.literal('google-service-account'), Platform: v.literal('GCM') }),
])
export type ApplicationProperties = v.InferOutput<typeof ApplicationProperties>
