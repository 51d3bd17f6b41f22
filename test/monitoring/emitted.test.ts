import { beforeAll, describe, expect, test } from 'vitest'
import { METRICS } from '../../lambdas/kit/metrics.ts'
import { inventory, type NamedMetric, type SynthesizedTemplate } from '../../lib/monitoring/inventory.ts'
import type { SnsPlatform } from '../../wire/payload.ts'
import { useApplications } from '../contract/applications.ts'
import { appleCertificate, serviceAccount } from '../contract/applications-credentials.ts'
import { everythingOf, useQuiet } from '../contract/applications-leaks.ts'
import { synthesizeMonitoring } from '../lib/monitoring-stack.ts'
import { deployedApps } from './deployed-apps.ts'
import { filtersOf, type Point } from './filters.ts'
import { runRelay } from './relay-run.ts'

const template = synthesizeMonitoring()
const { widgets, alarms } = inventory(template.toJSON() as SynthesizedTemplate)
const ours = [...widgets, ...alarms].flatMap(({ metrics }) => metrics).filter(({ namespace }) => namespace === 'Wakecall/test')

const shows = ({ name, dimensions }: NamedMetric, emitted: Point): boolean =>
  name === emitted.name &&
  Object.keys(dimensions).sort().join() === Object.keys(emitted.dimensions).sort().join() &&
  Object.entries(dimensions).every(([dimension, value]) => value === undefined || emitted.dimensions[dimension] === value)

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

/** The hourly look at the applications of the stack, by the ARNs that it gives its function. */
async function lookAtCredentials(): Promise<string[]> {
  const { certificate, privateKey } = JSON.parse(appleCertificate())
  const certified = { PlatformCredential: privateKey, PlatformPrincipal: certificate }
  process.env.APPS = deployedApps(template)
  const paths = [...process.env.APPS.matchAll(/:app\/(\w+)\/([\w.-]+)/g)]
  for (const [, platform = '', name = ''] of paths) {
    const attributes = platform === 'GCM' ? { PlatformCredential: serviceAccount() } : certified
    await ports().applications.create(name, platform as SnsPlatform, attributes)
  }
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
  const application = 'GCM/wakecall-test-phone-fcm'
  const disabled = { namespace: 'Wakecall/test', name: 'ApplicationDisabled', dimensions: { application } }
  expect(emitted.some((one) => shows(disabled, one))).toBe(true)
  const another = { ...disabled, dimensions: { application: 'GCM/wakecall-other-phone-fcm' } }
  expect(emitted.some((one) => shows(another, one))).toBe(false)
})

describe('what is emitted is shown', () => {
  const names = Object.values(METRICS).flatMap(({ metrics }) => Object.keys(metrics))
  const filtered = filtersOf(template).filters.map(({ transformation }) => transformation.MetricName)
  test.each([...new Set([...names, ...filtered])])('%s', (name) => {
    expect(widgets.flatMap(({ metrics }) => metrics.map((metric) => metric.name))).toContain(name)
  })
})
