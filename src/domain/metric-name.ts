import { metrics } from './metric.ts'

type NamesWhere<Shape> = {
  [Name in keyof typeof metrics]: (typeof metrics)[Name] extends Shape ? Name : never
}[keyof typeof metrics]

/** Name of a metric. */
export type MetricName = keyof typeof metrics
/** Name of a metric with one value for each run. */
export type RunMetricName = NamesWhere<{ per: 'run' }>
/** Name of a metric with one value for each model call. */
export type CallMetricName = NamesWhere<{ per: 'modelCall' }>
/** Name of a metric with many values: one for each run or for each model call. */
export type DistributionMetricName = NamesWhere<{ per: 'run' | 'modelCall' }>
/** Name of a metric with one value for the whole execution. */
export type ScenarioMetricName = NamesWhere<{ per: 'scenario' }>
/** Name of a metric that `limits` can stop a run by. */
export type LimitName = NamesWhere<{ limits: true }>

/** All names, in the table's order. */
export const metricNames = Object.keys(metrics) as MetricName[]
/** Names of the metrics with one value for each run. */
export const runMetricNames = metricNames.filter((name): name is RunMetricName => metrics[name].per === 'run')
/** Names of the metrics with one value for each model call. */
export const callMetricNames = metricNames.filter((name): name is CallMetricName => metrics[name].per === 'modelCall')
/** Names of the metrics with many values. */
export const distributionMetricNames = metricNames.filter(
  (name): name is DistributionMetricName => metrics[name].per !== 'scenario',
)
/** Names of the metrics with one value. */
export const scenarioMetricNames = metricNames.filter(
  (name): name is ScenarioMetricName => metrics[name].per === 'scenario',
)
/** Names of the metrics that can stop a run. */
export const limitNames = runMetricNames.filter((name): name is LimitName => metrics[name].limits)
