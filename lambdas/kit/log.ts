import { Logger } from '@aws-lambda-powertools/logger'
import type { FunctionName } from '../../wire/routes.ts'

export type Metric = readonly [value: number, unit: 'Count' | 'Milliseconds']

/**
 * One JSON line an event, which is a log record and, with `metrics`, a metric too (CloudWatch embedded metric format).
 * Never a token, a key or a caller's number.
 */
export type Log = ReturnType<typeof createLog>

export function createLog(functionName: FunctionName) {
  const logger = new Logger({ serviceName: functionName, logLevel: 'INFO' })
  return {
    info: (message: string, fields: Record<string, unknown>) => logger.info(message, fields),
    error: (message: string, error: unknown, fields: Record<string, unknown> = {}) =>
      logger.error(message, { ...fields, error: error as Error }),
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
export function metrics(dimensions: Record<string, string>, values: Readonly<Record<string, Metric>>): Record<string, unknown> {
  const entries = Object.entries(values)
  const Metrics = entries.map(([Name, [, Unit]]) => ({ Name, Unit }))
  return {
    ...dimensions,
    ...Object.fromEntries(entries.map(([name, [value]]) => [name, value])),
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: 'Wakecall', Dimensions: [Object.keys(dimensions)], Metrics }],
    },
  }
}
