/**
 * What AWS asks, in dollars, in us-east-1 without free tier, on 2026-11-01: the price lists of Amazon API Gateway, AWS
 * Lambda (arm64), Amazon DynamoDB (on demand), Amazon SNS (mobile push) and Amazon CloudWatch, https://aws.amazon.com/pricing/.
 * SNS bills a push twice, for taking it and for delivering it.
 */
export const PRICES = {
  apiRequest: 1e-6,
  lambdaRequest: 0.2e-6,
  lambdaGiBSecond: 0.0000133334,
  tableRead: 0.125e-6,
  tableWrite: 0.625e-6,
  push: 0.5e-6 + 0.5e-6,
  logByte: 0.5e-9,
  /** Looked through by a data-protection policy. */
  maskedByte: 0.12e-9,
} as const
