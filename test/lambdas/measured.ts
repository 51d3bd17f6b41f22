import { expect } from 'vitest'
import { METRICS, type MetricKind } from '../../lambdas/kit/metrics.ts'

const isKind = (message: unknown): message is MetricKind => Object.hasOwn(METRICS, String(message))

/**
 * The line is one that CloudWatch makes metrics of: it has every dimension of its kind as text, and what is measured of it
 * is a number.
 */
export function expectMeasured(line: Record<string, unknown>): void {
  const { message } = line
  if (!isKind(message)) throw new Error(`no metric is made of lines like ${JSON.stringify(message)}`)
  const { dimensions, metrics } = METRICS[message]
  for (const name of dimensions) expect(line[name], name).toMatch(/^[\x20-\x7e]{1,1024}$/)
  for (const { value } of Object.values(metrics)) {
    const measured = value === '1' ? 1 : (line[value.slice(2)] ?? 0)
    expect(measured, value).toSatisfy(Number.isFinite)
  }
}
