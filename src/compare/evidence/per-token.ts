import { lineOf, type MetricValues } from '../../domain/baseline.ts'
import { pool } from './contest.ts'

// Only where it is worth a further test: a spread a fifth smaller needs a third fewer runs.
const worthwhileRatio = 0.8

/**
 * `values` without the working time per output token, unless that told more in the past than the working time itself: where
 * answers differ in length, and take the longer the longer they are. Decided by the past alone, so that the candidate does
 * not choose the test that it is judged by.
 */
export function withWorthwhile(values: MetricValues, past: readonly MetricValues[]): MetricValues {
  if (values.workingPerOutputTokenMs === undefined) return values
  const own = spreadOf('workingPerOutputTokenMs', past)
  const whole = spreadOf('workingMs', past)
  if (own !== undefined && whole !== undefined && own < worthwhileRatio * whole) return values
  const { workingPerOutputTokenMs: _left, ...rest } = values
  return rest
}

function spreadOf(metric: 'workingMs' | 'workingPerOutputTokenMs', past: readonly MetricValues[]): number | undefined {
  const known = past.flatMap((execution) => {
    const values = execution[metric]
    return values?.some((one) => one.length > 0) ? [values] : []
  })
  return known.length === 0 ? undefined : lineOf(metric, pool(known)).within
}
