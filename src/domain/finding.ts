import type { RunMetricName } from './metric-name.ts'
import type { Severity } from './severity.ts'

/** What a baseline keeps of one metric of one scenario. */
export interface BaselineLine {
  /** Values behind the line. */
  n: number
  /** Where the values lie, in the metric's unit; see METHODOLOGY.md#location. */
  location: number
  /**
   * Spread of one case's values, as standard deviation of their logarithms; over √n it is the standard error of the location.
   * Absent when there was one value only.
   */
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
   * - `unclear`: it looks much worse, but noise could have made that too
   * - `accepted`: worse, and accepted as a new level by `-u`
   * - `new`: there is no baseline yet
   * - `notJudged`: there is one that may not be compared with, see `reason`
   */
  status: 'same' | 'worse' | 'better' | 'unclear' | 'accepted' | 'new' | 'notJudged'
  /** Absent when new or not judged. */
  baseline?: BaselineLine | undefined
  candidate: BaselineLine
  /** Sessions whose accepted executions are behind the baseline, 1 for a committed line; absent when new or not judged. */
  executions?: number | undefined
  /** Candidate's location / baseline's − 1; absent when not judged or the baseline lies at 0. */
  changeRatio?: number | undefined
  /**
   * What the times of the session as a whole lie off, as a share of the baseline: taken off before this one was judged, and part of
   * `changeRatio`. Absent where nothing was taken off.
   */
  sharedRatio?: number | undefined
  /** The one case that tells of a worsening, where it tells more than all together; else absent. */
  ofCase?: CaseFinding | undefined
  /**
   * Metrics that this one is computed from or follows, and that were tested in its place: its status is theirs, and it has no p.
   * Absent when it was tested itself.
   */
  follows?: BaselineMetric[] | undefined
  /**
   * One-sided probability that noise alone makes an improvement this large where it is `better`, else a worsening; absent
   * where values are exact, not judged, or follow others.
   */
  p?: number | undefined
  /**
   * The smallest worsening that would be found in 90% of executions, as a share of the baseline; absent when not judged, when
   * so few runs would find none, and when the baseline lies at 0.
   */
  detectableRatio?: number | undefined
  /** What the user asks to be found; absent when nothing is asked of the metric, or it was not judged. */
  asked?: Asked | undefined
  /** How bad a worsening is, `accepted` ones too; absent when it is none. */
  severity?: Severity | undefined
  /** Why it was not judged; absent when it was. */
  reason?: string | undefined
}

/** A case that got worse by itself. */
export interface CaseFinding {
  /** 0-based position among the planned cases. */
  position: number
  /** Where it lay in the baseline, in the metric's unit. */
  baseline: number
  /** Where it lies now, likewise. */
  candidate: number
  /** `candidate / baseline` − 1; absent when the baseline lies at 0. */
  changeRatio?: number | undefined
}

/** A worsening that the user asks to be found, and what it takes. */
export interface Asked {
  /** As a share of the baseline. */
  ratio: number
  /** Runs of each case that were planned, at most. */
  planned: number
  /** Planned runs of each case that find it in 90% of executions; absent when no number does, or where no run varies. */
  runs?: number | undefined
  /** Accepted executions of as many runs that the baseline has to hold for it; absent when it is enough as it is. */
  executions?: number | undefined
  /**
   * What hides it from any number of runs; absent when some do find it:
   * - `drift`: executions differ by more than that by themselves
   * - `smallestEffect`: nothing so small is ever called a regression
   * - `noise`: 10,000 runs would not do
   */
  hiddenBy?: 'drift' | 'smallestEffect' | 'noise' | undefined
}
