import type { RunMetricName } from './metric-name.ts'

/** What a baseline keeps of one metric of one scenario. */
export interface BaselineLine {
  /** Values behind the line. */
  n: number
  /** Where the values lie, in the metric's unit; see METHODOLOGY.md#location. */
  location: number
  /** Spread of one case's values, as standard deviation of their logarithms; absent when there was one value only. */
  within?: number | undefined
  /** Spread of the locations of several executions, likewise; absent for the first one. */
  between?: number | undefined
}

/** What can regress: a metric of the runs, success, or a score. */
export type BaselineMetric = RunMetricName | 'successRatio' | `scores.${string}`

/** One metric of a scenario held against its baseline. */
export interface Finding {
  metric: BaselineMetric
  /**
   * - `same`, `worse`, `better`: judged
   * - `accepted`: worse, and accepted as a new level by `-u`
   * - `new`: there is no baseline yet
   * - `notJudged`: there is one that may not be compared with, see `reason`
   */
  status: 'same' | 'worse' | 'better' | 'accepted' | 'new' | 'notJudged'
  /** Absent when new or not judged. */
  baseline?: BaselineLine | undefined
  candidate: BaselineLine
  /** Candidate's location / baseline's − 1; absent when not judged or the baseline lies at 0. */
  changeRatio?: number | undefined
  /**
   * One-sided probability that noise alone makes an improvement this large where it is `better`, else a worsening; absent
   * where values are exact or not judged.
   */
  p?: number | undefined
  /**
   * The smallest worsening that would be found in 90% of executions, as a share of the baseline; absent when not judged, when
   * so few runs would find none, and when the baseline lies at 0.
   */
  detectableRatio?: number | undefined
  /** Why it was not judged; absent when it was. */
  reason?: string | undefined
}
