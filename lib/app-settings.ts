import * as v from 'valibot'

export const pattern = (regex: RegExp, says: string) => v.pipe(v.string(), v.regex(regex, `must be ${says}`))

/** The name of a secret in Secrets Manager. Six characters behind a last hyphen would be taken for the suffix of its ARN. */
const SecretName = v.pipe(
  pattern(/^[A-Za-z0-9/_+=.@-]{1,512}$/, '1 to 512 characters of A-Z a-z 0-9 / _ + = . @ -'),
  v.check(
    (name) => !/-[A-Za-z0-9]{6}$/.test(name),
    'must not end in a hyphen and six characters: Secrets Manager takes them for a part of its ARN',
  ),
)

/** A new one whenever the secret holds something new: it is tied to what the secret held when SNS first took it. */
const credentialVersion = v.optional(pattern(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 characters of A-Z a-z 0-9 . _ -'), '1')

const bundleId = pattern(/^[A-Za-z0-9.-]{1,155}$/, "the app's bundle id, like com.example.phone")
const environment = v.optional(v.picklist(['production', 'sandbox'], "must be 'production' or 'sandbox'"), 'production')
const voipPlatform = v.optional(v.picklist(['APNS_VOIP', 'APNS'], "must be 'APNS_VOIP' or 'APNS'"), 'APNS_VOIP')
const appleCommon = { bundleId, environment, voipPlatform, credentialVersion }

const AppleKey = v.strictObject({
  ...appleCommon,
  teamId: pattern(/^[A-Z0-9]{10}$/, "Apple's team id, 10 characters of A-Z 0-9"),
  keyId: pattern(/^[A-Z0-9]{10}$/, 'the id of the APNs key, 10 characters of A-Z 0-9'),
  keySecret: SecretName,
})
const AppleCertificate = v.strictObject({ ...appleCommon, certificateSecret: SecretName })

// A union would say of a wrong member only that neither fits.
const Apple = v.lazy((input): typeof AppleKey | typeof AppleCertificate =>
  typeof input === 'object' && input !== null && 'certificateSecret' in input ? AppleCertificate : AppleKey,
)
export type Apple = v.InferOutput<typeof Apple>

const Google = v.strictObject({ serviceAccountSecret: SecretName, credentialVersion })

/** A mobile app: what its pushes to iPhones, to Androids or to both take. */
export const AppSettings = v.pipe(
  v.strictObject({ apple: v.optional(Apple), google: v.optional(Google) }),
  v.check(({ apple, google }) => Boolean(apple ?? google), 'needs apple, google or both'),
)
export type AppSettings = v.InferOutput<typeof AppSettings>
