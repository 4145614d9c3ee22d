import type { Interval } from '../../stats/interval.ts'
import type { Statistic } from '../distribution.ts'
import type { DistributionMetricName } from '../metric-name.ts'

/** What a load has to keep. Lower is better. */
export type Objective = StatisticObjective | FailureObjective

/** A bound on a statistic of a metric: p95 of `responseTimeMs` at most 3000. */
export interface StatisticObjective {
  metric: DistributionMetricName
  statistic: Exclude<Statistic, 'min' | 'max'>
  /** The highest value that keeps it, in the unit of the metric. */
  bound: number
}

/** A bound on the share of runs that fail. */
export interface FailureObjective {
  metric: 'failureRatio'
  /** The highest share that keeps it, from 0 to below 1. */
  bound: number
}

/** How runs reach the agent while a probe is made: so many at a time, or at random instants (Poisson) whatever comes back. */
export type ProbeLoad = { concurrency: number } | { ratePerSecond: number }

/** What one period under one load came to. */
export interface Probe {
  load: ProbeLoad
  /** Runs made, failed and dropped ones among them. */
  runs: number
  /** From the first instant at which a run was due to the last, in milliseconds. */
  durationMs: number
  /**
   * Good runs a second in the middle: with all runs in the order of their ends, from the end of the first fifth to that of the fourth.
   * Absent where no time lies between.
   */
  throughputPerSecond?: number | undefined
  /** Runs in flight at 24 or more even instants, from the start of the first run that is judged to that of the last. */
  inFlight: readonly number[]
  /** One for each objective of the search, in its order. */
  objectives: readonly ProbeObjective[]
  failures: Failures
  /** What its runs cost, in US dollars; absent when unknown. */
  costUsd?: number | undefined
  /** Whether it was ended before its runs were made, for no run to come could have mended it. */
  endedEarly: boolean
}

/** How a probe stands to one objective. */
export interface ProbeObjective {
  /** Runs judged. */
  n: number
  /** Those of them beyond the bound; of the failure ratio, those that failed. */
  over: number
  /** The statistic; absent when no run told it. */
  value?: number | undefined
  /** Standard deviation of the values with n − 1, which a bound on a mean takes; absent below two. */
  deviation?: number | undefined
}

/** Runs that are no good, by what became of them. */
export interface Failures {
  error: number
  timeout: number
  /** Due, and never started, for too many were in flight. */
  dropped: number
}

/** What is to be found, and what may be spent on it. */
export interface BreakingPointSearch {
  /** At least one on a metric. */
  objectives: readonly Objective[]
  /** The highest share of runs that may fail where no objective names it, from 0 to below 1. @default 0.01 */
  failureRatio?: number | undefined
  /** The highest number of runs in flight that is tried under a closed load. */
  maxConcurrency: number
  /** The most runs that may be made. */
  maxRuns: number
  /** The highest rate that is tried, per second. @default no cap */
  maxRatePerSecond?: number | undefined
  /** The most that may be spent, in US dollars; probes of unknown cost leave nothing to spend. @default no cap */
  maxCostUsd?: number | undefined
}

/** What the search asks for. */
export interface ProbeRequest {
  load: ProbeLoad
  /** Runs to be made. */
  runs: number
  /** The first ones, which find no queue yet and are not judged. */
  leaveOut: number
  /**
   * Whether no run to come can mend it, so that no further one should start; to be asked whenever a run has ended, with what was judged
   * so far.
   */
  isHopeless: (soFar: ProbeSoFar) => boolean
}

/** A probe while it goes. */
export interface ProbeSoFar {
  objectives: readonly Pick<ProbeObjective, 'n' | 'over'>[]
  failures: Failures
}

/** What bound the highest load: an objective by its position, or the system itself. */
export type Binding = { objective: number } | 'failures' | 'inFlight' | 'throughput'

/** The answer of a search. */
export type BreakingPoint = BreakingPointFound | BreakingPointNotReached | BreakingPointRefused

interface Spent {
  /** Runs made, over all probes. */
  runs: number
  /** In the order in which they were made. */
  probes: readonly Probe[]
}

/** There is one. */
export interface BreakingPointFound extends Spent {
  answer: 'found'
  /** The highest load that was sustained, in runs a second. */
  sustainedPerSecond: number
  /** The lowest load that was not. */
  failingPerSecond: number
  /** Why it was not. */
  bound: Binding
  /** `cliff` when runs begin to fail, or times triple, where a little less load does no harm. */
  shape: 'smooth' | 'cliff'
  /** Where the breaking point lies, with 95%: from the one load to the other, and what noise adds to each. */
  interval: Interval
}

/** A cap was reached before anything broke: the breaking point is at least there. */
export interface BreakingPointNotReached extends Spent {
  answer: 'notReached'
  /** The highest load that was kept, in runs a second. */
  atLeastPerSecond: number
  cap: Cap
}

/** What may end a search. */
export const caps = ['concurrency', 'rate', 'runs', 'cost'] as const
/** What ended a search. */
export type Cap = (typeof caps)[number]

/** No answer can be given. */
export interface BreakingPointRefused extends Spent {
  answer: 'refused'
  /**
   * - `insideNoise`: without load an objective can be told neither as kept nor as missed
   * - `missedUnloaded`: it is missed without load
   * - `failsUnloaded`: too many runs fail without load
   * - `cap`: a cap was reached when something had broken and no load was known to be sustained
   * - `nothingSustained`: no load was sustained, down to that of one run at a time
   */
  reason: 'insideNoise' | 'missedUnloaded' | 'failsUnloaded' | 'cap' | 'nothingSustained'
  /** Which objective, by its position; absent when it is none of them. */
  objective?: number | undefined
  cap?: Cap | undefined
}

/** What a record keeps of a {@link Probe}. */
export interface ProbeNote
  extends Pick<Probe, 'load' | 'runs' | 'durationMs' | 'throughputPerSecond' | 'failures' | 'endedEarly'> {
  /** The statistic of each objective, in their order; null when no run told it. */
  values: (number | null)[]
  /** Most runs in flight at the instants at which they were counted. */
  mostInFlight: number
  /** What it broke; absent when it kept everything. */
  broken?: Binding | undefined
}

type WithoutProbes<Answer> = Answer extends unknown ? Omit<Answer, 'probes' | 'runs'> : never

/** A search and its answer, as a record keeps them. */
export interface BreakingPointStudy {
  objectives: Objective[]
  answer: WithoutProbes<BreakingPoint>
  /** In the order in which they were made. */
  probes: ProbeNote[]
}
