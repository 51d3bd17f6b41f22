/**
 * Every metric that is made of the functions' log lines, by the kind of line, which is its `message`. The stack makes a
 * CloudWatch metric filter of each (lib/monitoring/function-filters.ts), so that a line carries its values and no more: what
 * a log line costs is its bytes. Dashboard and alarms are made from this table too. `value` is 1 for each line, or a
 * member of it where it has one; dimensions are members that every line of the kind has.
 */
export const METRICS = {
  /** A request of the HTTP API; `outcome` is `ok` or the problem's code. */
  request: {
    functions: ['calls', 'messages', 'devices', 'history', 'keys'],
    dimensions: ['route', 'outcome'],
    metrics: {
      Requests: { unit: 'Count', value: '1' },
      Latency: { unit: 'Milliseconds', value: '$.Latency' },
      ColdStarts: { unit: 'Count', value: '$.ColdStarts' },
      /** Answered with the first result: nothing was pushed. */
      Repeats: { unit: 'Count', value: '$.Repeats', functions: ['calls', 'messages'] },
      /** SNS took at least one push of the request: for the route `ring`, what `CallsWoken` is a share of. */
      Pushed: { unit: 'Count', value: '$.Pushed', functions: ['calls', 'messages'] },
      PushesAccepted: { unit: 'Count', value: '$.PushesAccepted', functions: ['calls', 'messages'] },
      PushesGone: { unit: 'Count', value: '$.PushesGone', functions: ['calls', 'messages'] },
      /** SNS throttled, failed, was slow or out of reach until the request could wait no longer. */
      PushesNotTaken: { unit: 'Count', value: '$.PushesNotTaken', functions: ['calls', 'messages'] },
      PushesRejected: { unit: 'Count', value: '$.PushesRejected', functions: ['calls', 'messages'] },
      PushesSkipped: { unit: 'Count', value: '$.PushesSkipped', functions: ['calls', 'messages'] },
      PushesExpired: { unit: 'Count', value: '$.PushesExpired', functions: ['calls', 'messages'] },
      /** Of a PBX's own quota, as the request found it: its maximum is the PBX that is nearest to its limit. */
      PushQuotaUsed: { unit: 'Percent', value: '$.PushQuotaUsed', functions: ['calls', 'messages'] },
      DeviceQuotaUsed: { unit: 'Percent', value: '$.DeviceQuotaUsed', functions: ['devices'] },
    },
  },
  /** A phone that woke; `first` is 1 for the first one of its call. */
  wake: {
    functions: ['history'],
    dimensions: ['platform'],
    metrics: {
      Wakes: { unit: 'Count', value: '1' },
      CallsWoken: { unit: 'Count', value: '$.first' },
      WakeLatency: { unit: 'Milliseconds', value: '$.wakeMs' },
    },
  },
  /** What SNS told of an endpoint; `reason` is core's name for it. */
  endpointEvent: {
    functions: ['events'],
    dimensions: ['platform', 'reason'],
    metrics: { EndpointEvents: { unit: 'Count', value: '1' }, DevicesPruned: { unit: 'Count', value: '$.DevicesPruned' } },
  },
  /** The hourly look at a platform application: days until its certificate expires, below 0 after it has, 1 for one that SNS has disabled. */
  credential: {
    functions: ['credentials'],
    dimensions: ['application'],
    metrics: {
      CredentialDays: { unit: 'Count', value: '$.CredentialDays' },
      ApplicationDisabled: { unit: 'Count', value: '$.ApplicationDisabled' },
    },
  },
} as const satisfies Record<string, Kind>

type Metric = { unit: 'Count' | 'Milliseconds' | 'Percent'; value: '1' | `$.${string}`; functions?: readonly string[] }
type Kind = { functions: readonly string[]; dimensions: readonly string[]; metrics: Record<string, Metric> }

export type MetricKind = keyof typeof METRICS
type Metrics<K extends MetricKind> = (typeof METRICS)[K]['metrics']
export type MetricName<K extends MetricKind = MetricKind> = K extends MetricKind ? keyof Metrics<K> & string : never

/** The member of a line that a metric takes its value from. */
type Member<M> = M extends { value: `$.${infer Name}` } ? Name : never
type Values<K extends MetricKind> = Partial<Record<Member<Metrics<K>[keyof Metrics<K>]>, number>>

/** What of a line is measured: its kind, its dimensions by name, and the values. */
export type Measured<K extends MetricKind = MetricKind> = K extends MetricKind
  ? { kind: K; dimensions: Record<(typeof METRICS)[K]['dimensions'][number], string>; values: Values<K> }
  : never
export type RequestValues = Values<'request'>
