import type { Config } from './lib/settings.ts'

/**
 * Every setting of a deployment. Leave out what is to be as its default says: `{}` is a whole configuration. Secrets are
 * named, never written here: `aws secretsmanager create-secret --name wakecall/apns-key --secret-string file://AuthKey.p8`.
 * All of them are in the account and the region of the stack, under Secrets Manager's own KMS key.
 */
export const config = {
  // What the deployment is called: the stack is `wakecall-<stage>`, its metrics are `Wakecall/<stage>`. 1 to 32 of a-z 0-9 -.
  // Default: 'dev'.
  stage: 'prod',

  // The AWS region, one in which SNS has mobile push. Default: that of the AWS profile.
  region: 'eu-west-1',

  // The mobile apps by name, usually their bundle or package names; a device is registered for one of them. About 10 fit:
  // their ARNs stand in the environment of every function. Default: none, and no phone can be pushed to.
  apps: {
    'com.example.phone': {
      apple: {
        // Apple's bundle id; VoIP pushes go to the topic `<bundleId>.voip`.
        bundleId: 'com.example.phone',
        // An APNs key: Apple's team id and key id, 10 characters each, and the secret that holds the text of the .p8 file.
        teamId: 'ABCDE12345',
        keyId: 'KEY1234567',
        keySecret: 'wakecall/apns-key',
        // 'production', or 'sandbox' for what Xcode installs: their tokens differ. Default: 'production'.
        environment: 'production',
        // SNS's platform for VoIP pushes. 'APNS' if SNS refuses the credential for 'APNS_VOIP'. Default: 'APNS_VOIP'.
        voipPlatform: 'APNS_VOIP',
        // Change it to one that it never was whenever the secret holds something new: the next deployment hands that to SNS.
        // It stays tied to what the secret held when SNS first took it. Default: '1'.
        credentialVersion: '2026-10-01',
      },
      google: {
        // The secret that holds the JSON of a service account of Firebase, with the role that sends messages.
        serviceAccountSecret: 'wakecall/fcm',
        // As above. Default: '1'.
        credentialVersion: '2026-10-01',
      },
    },
    // The app as developers install it, with a certificate instead of a key: the secret holds the JSON
    // {"certificate": "<PEM>", "privateKey": "<PEM>"}. A certificate expires; an alarm tells before.
    'com.example.phone.dev': {
      apple: { bundleId: 'com.example.phone', certificateSecret: 'wakecall/apns-certificate', environment: 'sandbox' },
    },
  },

  // What the API takes: requests a second, and how many at one moment. Registrations have a tenth of it, enrolments 5 a
  // second whatever stands here. Default: 1000 and 2000.
  requests: { perSecond: 1000, burst: 2000 },

  // In days, and one of CloudWatch Logs' own retentions (7, 14, 30, 60, 90…). The trace of a call is read from both.
  retention: {
    // The functions' and the API's logs. Default: 14.
    logDays: 14,
    // SNS's delivery status, in which device tokens stand, masked for all who may not `logs:Unmask`. Default: 7.
    deliveryLogDays: 7,
  },

  // What a PBX may use, unless it is invited with other quotas: devices, and pushes a minute. Default: 10 000 and 6000.
  quotas: { devices: 10_000, pushesPerMinute: 6000 },

  // Of the pushes that Apple and Google took, how many leave a record, in percent; those that they refused all do. Below
  // 100 the trace of a call may end at SNS. Default: 100.
  deliverySamplePercent: 100,

  // Whether the table keeps callers' numbers as they are; otherwise it keeps a keyed hash of them, for a week.
  // Default: false.
  keepNumbers: false,

  alarms: {
    // Who is told; AWS sends a message first that has to be confirmed. Default: nobody.
    email: 'operator@example.com',
    // The least share, 0 to 1, of calls that woke a phone; 0 turns the alarm off. A call that is answered on a desk phone or
    // hung up at once woke none: in offices with desk phones set it lower. Default: 0.5.
    wakeRate: 0.5,
    // The largest share, 0 to 1, of pushes that Apple or Google refuse. Default: 0.1.
    providerFailureRate: 0.1,
    // The longest that a call may take in the relay, in milliseconds, 99 of 100 times. Default: 2000.
    latencyP99Ms: 2000,
    // How many days before a certificate expires. Default: 30.
    credentialDays: 30,
  },

  // What becomes of these when the stack is deleted, or when they leave it: 'retain' or 'destroy'.
  removal: {
    // Every PBX and every device. A retained one is protected from deletion; a new stack makes a new one. Default: 'retain'.
    table: 'retain',
    // SNS's platform applications. Without them every phone has to register again; a new stack of the same stage takes
    // retained ones over. Default: 'retain'.
    applications: 'retain',
    // SNS's delivery status. SNS fixes the groups' names, and a new stack cannot make what is there: after 'retain' it is
    // deployed with `cdk deploy --import-existing-resources`. Default: 'destroy'.
    deliveryLogs: 'destroy',
  },

  // A name of your own for the relay, with a certificate in ACM of the same region. Make a CNAME record that points to the
  // stack's output DomainTarget. Default: API Gateway's name.
  domain: {
    name: 'push.example.com',
    certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012',
  },
} satisfies Config
