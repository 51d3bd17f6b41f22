/**
 * `npm run dashboard [-- CONFIG]`: prints each widget and each alarm with its metrics. Without a file it is the example's, which
 * has everything that can be set: so it shows all that there is.
 */
import { relative, resolve } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { loadSettings } from '../load-settings.ts'
import { RelayStack } from '../relay-stack.ts'
import { inventory, type NamedMetric, type SynthesizedTemplate } from './inventory.ts'

const EXAMPLE = resolve(import.meta.dirname, '../../wakecall.config.example.ts')

function show({ namespace, name, dimensions }: NamedMetric): string {
  const pairs = Object.entries(dimensions).map(([dimension, value]) =>
    value === undefined ? dimension : `${dimension}=${value}`,
  )
  return `    ${namespace} ${name}${pairs.length > 0 ? ` {${pairs.join(', ')}}` : ''}\n`
}

const metricsOf = (metrics: NamedMetric[]): string => [...new Set(metrics.map(show))].join('')

const file = resolve(process.argv[2] ?? EXAMPLE)
const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
const stack = new RelayStack(app, 'wakecall', await loadSettings(file))
const { widgets, alarms } = inventory(Template.fromStack(stack).toJSON() as SynthesizedTemplate)

process.stdout.write(`Of ${relative(process.cwd(), file)}\n\nWidgets\n\n`)
for (const { title, metrics, queries } of widgets) {
  process.stdout.write(
    `  ${title}\n${metricsOf(metrics)}${queries.map((query) => `    ${query.replace(/\s*\n\s*/g, ' ')}\n`).join('')}\n`,
  )
}
process.stdout.write('Alarms\n\n')
for (const { name, description, condition, metrics } of alarms) {
  process.stdout.write(`  ${name}: ${condition}\n    ${description}\n${metricsOf(metrics)}\n`)
}
