/** A metric as a widget or an alarm names it; `dimensions` have no values where a search leaves them open. */
export type NamedMetric = { namespace: string; name: string; dimensions: Record<string, string | undefined> }
type ListedWidget = { title: string; metrics: NamedMetric[]; queries: string[] }
type ListedAlarm = { name: string; description: string; condition: string; metrics: NamedMetric[] }

type Resource = { Type: string; Properties: Record<string, unknown> }
export type SynthesizedTemplate = { Resources: Record<string, Resource> }

/** What dashboard and alarms of a synthesised template name. */
export function inventory({ Resources }: SynthesizedTemplate): { widgets: ListedWidget[]; alarms: ListedAlarm[] } {
  const ofType = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type)
  const bodies = ofType('AWS::CloudWatch::Dashboard').map(({ Properties }) => JSON.parse(text(Properties.DashboardBody)))
  return {
    widgets: bodies.flatMap(({ widgets }) => widgets).flatMap(readWidget),
    alarms: ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => readAlarm(Properties)),
  }
}

type Join = { 'Fn::Join': [separator: string, parts: unknown[]] }

/** Text with references in it, each as the logical id that it refers to. */
function text(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if ('Fn::Join' in value) return (value as Join)['Fn::Join'][1].map(text).join('')
  return String(Object.values(value).flat()[0])
}

type Widget = { type: string; properties: { title: string; metrics?: unknown[][]; query?: string } }

function readWidget({ type, properties: { title, metrics = [], query } }: Widget): ListedWidget[] {
  return type === 'text' ? [] : [{ title, metrics: metrics.flatMap(readRow), queries: query ? [query] : [] }]
}

function readRow(row: unknown[]): NamedMetric[] {
  const [options] = row.slice(-1) as [{ expression?: string } | string]
  const words = row.filter((word) => typeof word === 'string') as string[]
  if (typeof options === 'object' && options.expression !== undefined) return searched(options.expression)
  const [namespace = '', name = '', ...pairs] = words
  const dimensions = Object.fromEntries(pairs.flatMap((word, i) => (i % 2 === 0 ? [[word, pairs[i + 1]]] : [])))
  return [{ namespace, name, dimensions }]
}

const SEARCH = /SEARCH\('\{"([^"]+)",([^}]*)\} MetricName="(\w+)"([^']*)'/g

const searched = (expression: string): NamedMetric[] =>
  [...expression.matchAll(SEARCH)].map(([, namespace = '', dimensions = '', name = '']) => ({
    namespace,
    name,
    dimensions: Object.fromEntries(dimensions.split(',').map((dimension) => [dimension, undefined])),
  }))

type Stat = { Namespace: string; MetricName: string; Dimensions?: { Name: string; Value: unknown }[] }
type Query = { Expression?: string; MetricStat?: { Metric: Stat } }

function readAlarm(properties: Record<string, unknown>): ListedAlarm {
  const queries = (properties.Metrics ?? [{ MetricStat: { Metric: properties } }]) as Query[]
  const expression = queries.find(({ Expression }) => Expression)?.Expression
  const { ComparisonOperator, Threshold, EvaluationPeriods } = properties
  return {
    name: text(properties.AlarmName),
    description: text(properties.AlarmDescription),
    condition: [expression, ComparisonOperator, Threshold, 'in', EvaluationPeriods]
      .filter((word) => word !== undefined)
      .join(' '),
    metrics: queries.flatMap(({ MetricStat }) => (MetricStat ? [readStat(MetricStat.Metric)] : [])),
  }
}

const readStat = ({ Namespace, MetricName, Dimensions = [] }: Stat): NamedMetric => ({
  namespace: Namespace,
  name: MetricName,
  dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, text(Value)])),
})
