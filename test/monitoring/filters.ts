import type { Template } from 'aws-cdk-lib/assertions'
import { readPattern } from '../../local/logs/pattern.ts'

type Transformation = {
  MetricNamespace: string
  MetricName: string
  MetricValue: string
  DefaultValue?: number
  Dimensions?: { Key: string; Value: string }[]
}
type Properties = { LogGroupName: { Ref: string }; FilterPattern: string; MetricTransformations: [Transformation] }

export type Point = { name: string; dimensions: Record<string, string>; value: number }

/** Log groups by what tells them apart: of a function its name; of SNS the platform, and whether it is that of failures. */
const kindOf = (group: string): string => {
  const [, platform = '', failure = ''] = /app\/(\w+)\/[^/]+(\/Failure)?$/.exec(group) ?? []
  return platform + failure || (/^\/wakecall\/\w+\/(\w+)$/.exec(group)?.[1] ?? '')
}

const at = (record: unknown, selector: string): unknown =>
  selector
    .slice(2)
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], record)

function textAt(record: unknown, selector: string): string {
  const value = at(record, selector)
  if (value === undefined) throw new RangeError(`a record that the filter finds has no ${selector}`)
  return String(value)
}

/** The metric filters of a synthesised template, carried out on records of a log group as CloudWatch does it. */
export function filtersOf(template: Template) {
  const groups = template.findResources('AWS::Logs::LogGroup')
  const nameOf = (id: string): string => {
    const name = groups[id]?.Properties.LogGroupName
    return typeof name === 'string' ? name : name['Fn::Join'][1].join('')
  }
  const filters = Object.values(template.findResources('AWS::Logs::MetricFilter')).map((resource) => {
    const { LogGroupName, FilterPattern, MetricTransformations } = resource.Properties as Properties
    const matches = readPattern(FilterPattern)
    return { kind: kindOf(nameOf(LogGroupName.Ref)), pattern: FilterPattern, matches, transformation: MetricTransformations[0] }
  })
  return {
    filters,
    /** What a record measures. Throws for a dimension that it has no value for: CloudWatch does not say what it does then. */
    measure(group: string, record: unknown): Point[] {
      return filters
        .filter(({ kind, matches }) => kind === kindOf(group) && matches(record))
        .map(({ transformation: { MetricName: name, MetricValue, Dimensions = [] } }) => ({
          name,
          dimensions: Object.fromEntries(Dimensions.map(({ Key, Value }) => [Key, textAt(record, Value)])),
          value: MetricValue.startsWith('$') ? Number(at(record, MetricValue)) : Number(MetricValue),
        }))
    },
  }
}
