import { Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, test } from 'vitest'
import { inventory, type SynthesizedTemplate } from '../../lib/monitoring/inventory.ts'
import { PRICES } from '../../lib/monitoring/prices.ts'
import type { Config } from '../../lib/settings.ts'
import { monitoringApp, synthesizeMonitoring } from './monitoring-stack.ts'

const listed = (config?: Config) => inventory(synthesizeMonitoring(config).toJSON() as SynthesizedTemplate)
const { widgets } = listed()

const widgetOf = (title: string) => widgets.find((widget) => widget.title === title)

describe('the dashboard', () => {
  test('is one, called after the stage and the region: an account has one of a name', () => {
    const template = synthesizeMonitoring()
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1)
    template.hasResourceProperties('AWS::CloudWatch::Dashboard', {
      DashboardName: { 'Fn::Join': ['', ['wakecall-test-', { Ref: 'AWS::Region' }]] },
    })
  })

  test('has no two widgets of one title, and none that shows nothing', () => {
    const titles = widgets.map(({ title }) => title)
    expect(new Set(titles).size).toBe(titles.length)
    for (const { metrics, queries } of widgets) expect(metrics.length + queries.length).toBeGreaterThan(0)
  })

  test('without mobile apps shows no phones and no providers, and everything else', () => {
    const without = listed({ apps: {} }).widgets.map(({ title }) => title)
    const missing = widgets.map(({ title }) => title).filter((title) => !without.includes(title))
    expect(missing).toEqual([
      'Calls that woke a phone',
      'Wake latency',
      'Phones that woke',
      'Delivered and failed by platform',
      'Refusals by reason',
      'Failures by the provider’s status',
      'Dwell in SNS',
      'Latest refusals, in the provider’s words',
    ])
  })

  test('its queries of delivery records name the fields that they show, and no token is among them', () => {
    const [query = ''] = widgetOf('Latest refusals, in the provider’s words')?.queries ?? []
    expect(query).toMatch(/\| fields @timestamp, /)
    expect(query).not.toMatch(/token|destination|@message/)
  })
})

const times = (length: number, price: number): number[] => Array.from({ length }, () => price)

describe('the cost of the last hour', () => {
  const body = JSON.stringify(synthesizeMonitoring().findResources('AWS::CloudWatch::Dashboard')).replaceAll('\\', '')
  const priced = (metric: string): number[] => {
    const ids = [...body.matchAll(new RegExp(`"${metric}".{0,400}?"id":"(\\w+?\\d+)"`, 'g'))].map(([, id = '']) => id)
    return ids.flatMap((id) => {
      const price = new RegExp(`FILL\\(${id},0\\)\\*([\\d.]+)`).exec(body)?.[1]
      return price === undefined ? [] : [Number(price)]
    })
  }

  test.each([
    ['ConsumedWriteCapacityUnits', [PRICES.tableWrite]],
    ['ConsumedReadCapacityUnits', [PRICES.tableRead]],
    ['PushesAccepted', times(3, PRICES.push)],
    ['Invocations', times(8, PRICES.lambdaRequest)],
    // Groups of functions, of the API and the provider; two of each platform application, which are masked.
    ['IncomingBytes', [...times(8 + 2, PRICES.logByte), ...times(2 * 5, PRICES.logByte + PRICES.maskedByte)]],
  ])('counts %s at its price', (metric, prices) => {
    expect(priced(metric)).toEqual(prices)
  })

  test('is written without exponents, which metric math takes for metrics', () => {
    const expressions = [...body.matchAll(/"expression":"(.*?)"/g)].map(([, expression = '']) => expression)
    const ofPrices = expressions.filter((expression) => expression.includes('*0.000'))
    expect(ofPrices).toHaveLength(6)
    expect(expressions.filter((expression) => /\de[-+]?\d/i.test(expression))).toEqual([])
  })

  test('counts milliseconds of a function by its memory', () => {
    // The largest functions have half a gibibyte.
    expect(Math.max(...priced('Duration'))).toBeCloseTo(PRICES.lambdaGiBSecond / 2000, 15)
  })
})

test('with as many apps as fit, the stack stays under the 500 resources of CloudFormation', () => {
  const app = { apple: { bundleId: 'com.example.phone', certificateSecret: 'c' }, google: { serviceAccountSecret: 'fcm' } }
  const many = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`com.example.phone${i}`, app]))
  const { Resources } = synthesizeMonitoring({ apps: many }).toJSON()
  expect(Object.keys(Resources).length).toBeLessThan(500)
})

test("cdk-nag's AWS Solutions rules find nothing in it", () => {
  const { app } = monitoringApp({ alarms: { email: 'operator@example.com' } })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  expect(() => app.synth()).not.toThrow()
})
