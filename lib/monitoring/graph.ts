import { GraphWidget, type IMetric, type YAxisProps } from 'aws-cdk-lib/aws-cloudwatch'

const counts = { min: 0, showUnits: false }

/** A third of the dashboard's width. */
export const graph = (title: string, left: IMetric[], leftYAxis: YAxisProps = counts): GraphWidget =>
  new GraphWidget({ title, left, leftYAxis, width: 8, height: 6 })

export const MILLISECONDS: YAxisProps = { min: 0, label: 'ms', showUnits: false }
export const PERCENT: YAxisProps = { min: 0, max: 100, label: '%', showUnits: false }

export const PERCENTILES = ['p50', 'p90', 'p99'] as const
