import { expect } from 'vitest'

/** The units that the relay uses, of those that CloudWatch knows. */
const UNITS = ['Count', 'Milliseconds']

/**
 * The line is valid CloudWatch embedded metric format: what `_aws` names stands at the root, and has the type that it must
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 */
export function expectEmf(line: Record<string, unknown>): void {
  const { Timestamp, CloudWatchMetrics } = line._aws as { Timestamp: number; CloudWatchMetrics: Directive[] }
  expect(Math.abs(Timestamp - Date.now())).toBeLessThan(3_600_000)
  expect(Number.isInteger(Timestamp)).toBe(true)
  expect(CloudWatchMetrics.length).toBeGreaterThan(0)
  for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
    expect(Namespace).toMatch(/^[A-Za-z0-9._\-/#:]{1,255}$/)
    expect(Metrics.length).toBeGreaterThan(0)
    expect(Metrics.length).toBeLessThanOrEqual(100)
    for (const name of Dimensions.flat()) expect(line[name]).toMatch(/^[\x20-\x7e]{1,1024}$/)
    for (const set of Dimensions) expect(set.length).toBeLessThanOrEqual(30)
    for (const { Name, Unit } of Metrics) {
      expect(line[Name]).toSatisfy(Number.isFinite)
      expect(UNITS).toContain(Unit)
    }
  }
}

type Directive = { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }
