/** What an agent is put through, in this order. */
export const stressNames = [
  'highLoad',
  'sustained',
  'spike',
  'memoryPressure',
  'concurrentRequests',
  'largeInputs',
  'rateLimiting',
  'failureRecovery',
] as const
/** One of {@link stressNames}. */
export type StressName = (typeof stressNames)[number]

/** What an agent has to keep under stress. */
export interface StressBounds {
  /** The lowest share of good runs that is accepted, 0 to 1; runs that an outage meets are not counted. */
  successRatio: number
  /** How many times the usual p95 latency may be. */
  slowdownRatio: number
  /** How long after the stress it may take until runs are as usual again, in milliseconds; absent where nothing ends. */
  recoveryMs?: number | undefined
}

/** How an agent is when nothing is wrong: what stress is held against. */
export interface UsualRuns {
  concurrency: number
  runs: number
  /** Of the latency of good runs, in milliseconds. */
  p50Ms: number
  p95Ms: number
  /** Model calls of a run, the mean; absent when none was seen. */
  modelCalls?: number | undefined
}

/** What came of one kind of stress. */
export interface StressOutcome {
  scenario: StressName
  /** What was done, in a sentence. */
  sentence: string
  /** Id of its record. */
  execution: string
  runs: number
  bounds: StressBounds
  /** Good runs of those that count; absent when there were none. */
  successRatio?: number | undefined
  /** p95 of the latency over the usual; absent when unknown. */
  slowdownRatio?: number | undefined
  /** How long after the stress runs were as usual again, in milliseconds; absent where nothing ends, or when they never were. */
  recoveryMs?: number | undefined
  /** Whether runs were as usual again in the end; absent where nothing ends. */
  recovered?: boolean | undefined
  /** For how long after the stress they were watched, in milliseconds, when they were not; absent when they were. */
  watchedMs?: number | undefined
  /** Model calls of a run over the usual: what retries make of it. Absent when none was seen. */
  amplificationRatio?: number | undefined
  /** The first step at which it broke its bounds; absent where it held, or had no steps. */
  breaksAt?: string | undefined
  /** How well it was borne, 0 to 1. */
  score: number
}

/** How an agent bears stress. */
export interface Stress {
  usual: UsualRuns
  outcomes: StressOutcome[]
  /** The mean of the scores of all kinds of stress that were made, 0 to 1. */
  resilienceScore: number
  /** What to do, the weakest point first. */
  advice: string[]
}
