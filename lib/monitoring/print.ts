/** `npm run dashboard [-- CONFIG]`: prints each widget and each alarm with its metrics, for wakecall.config.ts or another file. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { RelayStack } from '../relay-stack.ts'
import { readSettings } from '../settings.ts'
import { inventory, type NamedMetric, type SynthesizedTemplate } from './inventory.ts'

const root = resolve(import.meta.dirname, '../..')

function show({ namespace, name, dimensions }: NamedMetric): string {
  const pairs = Object.entries(dimensions).map(([dimension, value]) =>
    value === undefined ? dimension : `${dimension}=${value}`,
  )
  return `    ${namespace} ${name}${pairs.length > 0 ? ` {${pairs.join(', ')}}` : ''}\n`
}

const metricsOf = (metrics: NamedMetric[]): string => [...new Set(metrics.map(show))].join('')

const { config } = await import(pathToFileURL(resolve(process.argv[2] ?? resolve(root, 'wakecall.config.ts'))).href)
const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
const stack = new RelayStack(app, 'wakecall', readSettings(config))
const { widgets, alarms } = inventory(Template.fromStack(stack).toJSON() as SynthesizedTemplate)

process.stdout.write('Widgets\n\n')
for (const { title, metrics, queries } of widgets) {
  process.stdout.write(
    `  ${title}\n${metricsOf(metrics)}${queries.map((query) => `    ${query.replace(/\s*\n\s*/g, ' ')}\n`).join('')}\n`,
  )
}
process.stdout.write('Alarms\n\n')
for (const { name, description, condition, metrics } of alarms) {
  process.stdout.write(`  ${name}: ${condition}\n    ${description}\n${metricsOf(metrics)}\n`)
}
