/** Logs Insights queries, a line each. Delivery records hold tokens: a query names the fields that it shows. */
export const QUERIES = {
  topPbxs: [
    'filter message = "request" and route = "ring"',
    'stats count(*) as calls, sum(PushesAccepted) as pushes, pct(Latency, 99) as p99 by pbx',
    'sort calls desc',
    'limit 20',
  ],
  refusals: [
    'fields @timestamp, delivery.statusCode as status, delivery.providerResponse as words, delivery.attempts as attempts',
    'sort @timestamp desc',
    'limit 50',
  ],
} as const
