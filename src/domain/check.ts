import type { BaselineMetric } from './finding.ts'
import type { MetricName } from './metric-name.ts'
import type { Severity } from './severity.ts'
import type { Unit } from './unit.ts'

/** One thing that was judged. */
export interface Check {
  status: 'pass' | 'fail' | 'inconclusive'
  /** What kind of check: stable, for machines. */
  code: CheckCode
  /** What was judged: `latency p95`, `tokens mean in simple`. */
  subject: string
  /** The metric that was judged; absent when the check is about something else. */
  metric?: BaselineMetric | MetricName | undefined
  /** The category whose runs were judged; absent for all runs. */
  category?: string | undefined
  /** How bad it is; absent when the check did not fail, or judges the measurement rather than the agent. */
  severity?: Severity | undefined
  /** True when `value` is a lower bound, because limits stopped runs; absent when it is not. */
  atLeast?: boolean | undefined
  /** The whole finding in one sentence. */
  message: string
  /** What to do; absent when the check passed. */
  remedy?: string | undefined
  /** What was found; absent when unknown. */
  value?: number | undefined
  /** What was allowed; absent when the check has no number. */
  bound?: number | undefined
  /** What the numbers count; absent when there are none. */
  unit?: Unit | undefined
}

/** What kind of thing a {@link Check} judged. */
export type CheckCode =
  | 'threshold'
  | 'unknownMetric'
  | 'success'
  | 'deadCase'
  | 'tooFewSamples'
  | 'openStream'
  | 'provider'
  | 'regression'
  | 'unclearRegression'
  | 'insensitive'
  | 'missingBaseline'
  | 'spend'
  | 'mistake'
  | 'leak'
  | 'needsRecording'

/** What a subject ends with when the runs of `category` were judged; empty for all runs. */
export function placeOf(category: string | undefined): string {
  return category === undefined ? '' : ` in ${category}`
}
