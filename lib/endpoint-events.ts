import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { FilterOrPolicy, SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns'
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

const EVENTS = ['DeliveryFailure', 'EndpointUpdated']

/** How long the function that reads the queue may take for a batch; SQS wants its messages hidden for six times that. */
export const EVENTS_TIMEOUT_SECONDS = 30

/**
 * What SNS tells of endpoints: its topic, the queue of the function `events`, and what could not be handled. A queue stands
 * between them so that a storm of events takes neither more functions than a few nor the concurrency that calls need.
 */
export class EndpointEvents extends Construct {
  readonly topic: Topic
  readonly deadLetters: Queue
  readonly #queue: Queue

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, removalPolicy: RemovalPolicy.DESTROY }
    this.deadLetters = new Queue(this, 'DeadLetters', { ...common, retentionPeriod: Duration.days(14) })
    this.#queue = new Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: Duration.seconds(6 * EVENTS_TIMEOUT_SECONDS),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 3 },
    })
    // Without a key of KMS, which SNS's own events could only use if it were one of ours: a topic keeps nothing.
    this.topic = new Topic(this, 'Topic', { enforceSSL: true })
    this.#letPublish()
    this.topic.addSubscription(
      new SqsSubscription(this.#queue, {
        rawMessageDelivery: true,
        filterPolicyWithMessageBody: {
          EventType: FilterOrPolicy.filter(SubscriptionFilter.stringFilter({ allowlist: EVENTS })),
        },
      }),
    )
  }

  /** Batches of up to 100, gathered for a second: one phone that is gone need not be pruned at once. */
  feed(fn: IFunction): void {
    fn.addEventSource(
      new SqsEventSource(this.#queue, {
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(1),
        maxConcurrency: 5,
        reportBatchItemFailures: true,
      }),
    )
  }

  // A policy of its own replaces the one that topics have by default, which lets their account publish. AWS does not say
  // whether events of endpoints come in the account's name or in the service's: both may, each for this account only.
  #letPublish(): void {
    const { account } = Stack.of(this)
    const common = { actions: ['sns:Publish'], resources: [this.topic.topicArn] }
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        ...common,
        sid: 'AccountPublishes',
        principals: [new AnyPrincipal()],
        conditions: { StringEquals: { 'AWS:SourceOwner': account } },
      }),
    )
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        ...common,
        sid: 'SnsPublishes',
        principals: [new ServicePrincipal('sns.amazonaws.com')],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    )
  }
}
