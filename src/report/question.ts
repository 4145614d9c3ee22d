import type { Check } from '../domain/check.ts'
import type { BaselineMetric } from '../domain/finding.ts'
import { metrics } from '../domain/metric.ts'
import { type MetricName, metricNames } from '../domain/metric-name.ts'

/** What everybody wants to know of a change, in the order in which it is answered. */
export const questions = ['slower', 'dearer', 'worse'] as const
/** One of {@link questions}. */
export type Question = (typeof questions)[number]

/**
 * The question that `metric` answers: times of the machine tell slower; success, scores and memory worse; the others
 * dearer.
 */
export function questionOfMetric(metric: BaselineMetric | MetricName): Question {
  const name = metricNames.find((one) => one === metric)
  if (name === undefined || name === 'successRatio' || metrics[name].unit === 'bytes') return 'worse'
  return metrics[name].of === 'machine' ? 'slower' : 'dearer'
}

/** The question that `check` answers; absent when it judges the measurement rather than the agent. */
export function questionOfCheck({ code, metric }: Check): Question | undefined {
  switch (code) {
    case 'success':
    case 'deadCase':
    case 'openStream':
      return 'worse'
    case 'threshold':
    case 'regression':
      return metric === undefined ? undefined : questionOfMetric(metric)
    default:
      return undefined
  }
}
