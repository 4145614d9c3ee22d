import type { MetricValues } from './baseline.ts'
import { metrics } from './metric.ts'
import type { RunMetricName } from './metric-name.ts'
import { isCensored, isTimed, type Samples } from './sample.ts'

/** Metrics that are never judged against a baseline, and kept with it because they explain those that are. */
export const explainingMetrics = [
  'modelMs',
  'toolMs',
  'waitingMs',
  'cachedTokens',
  'reasoningTokens',
  'retries',
] as const satisfies RunMetricName[]

/**
 * The values of {@link explainingMetrics}, by metric and case: of the runs whose values a baseline compares, degraded ones left out,
 * for their times explain nothing.
 */
export function explainingValues(samples: Samples, cases: number): MetricValues {
  const values: MetricValues = {}
  for (let index = 0; index < samples.length; index++) {
    if (!isTimed(samples, index) || isCensored(samples, index) || samples.degraded[index] === 1) continue
    for (const name of explainingMetrics) {
      const value = metrics[name].read(samples, index)
      if (value === undefined) continue
      values[name] ??= Array.from({ length: cases }, () => [])
      values[name][samples.caseIndex[index] ?? 0]?.push(value)
    }
  }
  return values
}
