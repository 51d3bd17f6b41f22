import { beforeAll, describe, expect, test } from 'vitest'
import { METRICS } from '../../lambdas/kit/metrics.ts'
import { inventory, type NamedMetric, type SynthesizedTemplate } from '../../lib/monitoring/inventory.ts'
import { applicationArn, useApplications } from '../contract/applications.ts'
import { appleCertificate } from '../contract/applications-credentials.ts'
import { everythingOf, useQuiet } from '../contract/applications-leaks.ts'
import { synthesizeMonitoring } from '../lib/monitoring-stack.ts'
import { filtersOf, type Point } from './filters.ts'
import { runRelay } from './relay-run.ts'

const template = synthesizeMonitoring()
const { widgets, alarms } = inventory(template.toJSON() as SynthesizedTemplate)
const ours = [...widgets, ...alarms].flatMap(({ metrics }) => metrics).filter(({ namespace }) => namespace === 'Wakecall/test')

/** The applications of a stack are not those of the tests: only that there is a metric of each. */
const isOpen = ([dimension, value]: [string, unknown]) => value === undefined || dimension === 'application'

const shows = ({ name, dimensions }: NamedMetric, emitted: Point): boolean =>
  name === emitted.name &&
  Object.keys(dimensions).sort().join() === Object.keys(emitted.dimensions).sort().join() &&
  Object.entries(dimensions).every((pair) => isOpen(pair) || emitted.dimensions[pair[0]] === pair[1])

const { ports } = useApplications()
useQuiet()
const emitted: Point[] = []

beforeAll(async () => {
  const cloud = await relay
  const { measure } = filtersOf(template)
  const measured = (group: string, lines: string[]): Point[] => lines.flatMap((line) => measure(group, JSON.parse(line)))
  emitted.push(...cloud.logGroups().flatMap((group) => measured(group, cloud.logs(group))))
  emitted.push(...measured('/wakecall/test/credentials', await lookAtCredentials()))
})
const relay = runRelay()

/** The daily look at an application with a certificate. */
async function lookAtCredentials(): Promise<string[]> {
  const { certificate, privateKey } = JSON.parse(appleCertificate())
  await ports().applications.create('old', 'APNS_VOIP', { PlatformCredential: privateKey, PlatformPrincipal: certificate })
  process.env.APPS = JSON.stringify({ old: { bundle: 'com.example.old', voip: applicationArn('APNS_VOIP', 'old') } })
  const { handler } = await import('../../lambdas/credentials/handler.ts')
  return (await everythingOf(handler)).split('\n').filter((line) => line.startsWith('{"'))
}

/** What no test token can bring about: delivery-filters.test.ts has the provider's own words for each. */
const BY_WORDS_ONLY = /CredentialsRefused$/

describe('what the dashboard and the alarms name is emitted', () => {
  const unique = [...new Map(ours.map((metric) => [JSON.stringify(metric), metric])).values()]
  test.each(unique.filter(({ name }) => !BY_WORDS_ONLY.test(name)))('$name $dimensions', (metric) => {
    expect(emitted.some((one) => shows(metric, one))).toBe(true)
  })
})

test('what no function emits is not found', () => {
  const misspelt = { namespace: 'Wakecall/test', name: 'Request', dimensions: { route: 'ring', outcome: 'ok' } }
  expect(emitted.some((one) => shows(misspelt, one))).toBe(false)
  const elsewhere = { ...misspelt, name: 'Requests', dimensions: { route: 'ring' } }
  expect(emitted.some((one) => shows(elsewhere, one))).toBe(false)
})

describe('what is emitted is shown', () => {
  const names = Object.values(METRICS).flatMap(({ metrics }) => Object.keys(metrics))
  const filtered = filtersOf(template).filters.map(({ transformation }) => transformation.MetricName)
  test.each([...new Set([...names, ...filtered])])('%s', (name) => {
    expect(widgets.flatMap(({ metrics }) => metrics.map((metric) => metric.name))).toContain(name)
  })
})
