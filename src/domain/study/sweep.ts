import type { Interval } from '../../stats/interval.ts'

/** What of a run's latency grew with the load: waiting for rate limits, the model, tools, and all else, such as a queue. */
export const lossParts = ['backOff', 'model', 'tool', 'other'] as const
/** One of {@link lossParts}. */
export type LossPart = (typeof lossParts)[number]

/** How well many do together what one does alone. */
export interface Efficiency {
  /** E(n) = X(n) / (n · X(1)): 1 when n do n times as much as one. */
  ratio: number
  /** 95% bootstrap interval; absent when there are too few runs for one. */
  interval?: Interval | undefined
  /** n · X(1), in good runs a second: what n would do if none were in another's way. */
  idealPerSecond: number
  /** Shares of the latency that one alone does not have; absent where it is no longer than that of one. */
  loss?: Partial<Record<LossPart, number>> | undefined
}

/** One value of what a sweep goes over. */
export interface SweepLevel {
  /** The value, as a person reads it. */
  name: string
  /** Runs in flight; absent when the sweep is over something else. */
  concurrency?: number | undefined
  /** Id of its record. */
  execution: string
  runs: number
  /** Absent when no run could tell. */
  successRatio?: number | undefined
  /** Good runs a second while `concurrency` runs are in flight; absent when none ended. */
  throughputPerSecond?: number | undefined
  /** Of the latency, in milliseconds; absent when no run was timed. */
  p50Ms?: number | undefined
  p95Ms?: number | undefined
  /** From where on they are at least that much, for limits stopped such runs; absent when none did. */
  censoredFromMs?: number | undefined
  /** Means of a run; absent when unknown. */
  totalTokens?: number | undefined
  costUsd?: number | undefined
  /** 99th percentile of how late the event loop was; absent when nothing was recorded. */
  eventLoopDelayMs?: number | undefined
  /** Absent when the sweep is not over concurrency, or has no level of 1. */
  efficiency?: Efficiency | undefined
}

/** The Universal Scalability Law of a sweep, see METHODOLOGY. */
export interface SweepLaw {
  /** σ: the share of the work that only one can do at a time. */
  contentionRatio: number
  /** κ: what each pair costs by having to agree. */
  crosstalkRatio: number
  /** With more in flight less gets done; absent when it never does. */
  peakConcurrency?: number | undefined
  /** Throughput there. */
  peakPerSecond?: number | undefined
}

/** What may make a level the best of a sweep. */
export const leadMetrics = ['successRatio', 'latencyMs', 'totalTokens', 'costUsd'] as const
/** One of {@link leadMetrics}. */
export type LeadMetric = (typeof leadMetrics)[number]

/** Which level is the best by one metric, and whether that is more than chance. */
export interface Lead {
  metric: LeadMetric
  /** Positions of the best level and of the next. */
  best: number
  next: number
  /** The best value over the next, less one; of success the difference. */
  changeRatio: number
  /** Probability of a lead as large between two alike, adjusted for the metrics that are looked at. */
  p: number
  /** Whether the lead is real: `p` is below 5%. */
  isReal: boolean
}

/** Executions that differ in one thing only, made in turns. */
export interface Sweep {
  /** What they differ in. */
  over: string
  levels: SweepLevel[]
  /** Absent below three levels of concurrency. */
  law?: SweepLaw | undefined
  /** Empty over concurrency, where more of it is not better or worse. */
  leads: Lead[]
}
