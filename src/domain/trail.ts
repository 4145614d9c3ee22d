import { lineOf, type MetricValues, type PastExecution, type TrailPoint } from './baseline.ts'
import type { BaselineMetric } from './finding.ts'

/** The point that an accepted execution leaves. */
export function trailPoint(past: PastExecution): TrailPoint {
  const { mode, model, load, cases, execution, startedAt, session, startsLevel, values } = past
  return { mode, model, load, cases, execution, startedAt, session, startsLevel, lines: linesOf(values) }
}

/** The lines of all metrics in `values`. */
export function linesOf(values: MetricValues): TrailPoint['lines'] {
  const lines: TrailPoint['lines'] = {}
  for (const [name, known] of Object.entries(values)) {
    const metric = name as BaselineMetric
    if (known?.some((one) => one.length > 0)) lines[metric] = lineOf(metric, known)
  }
  return lines
}
