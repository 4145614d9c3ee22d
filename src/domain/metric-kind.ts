import type { Outcome, Samples } from './sample.ts'
import type { Unit } from './unit.ts'

/** What is known of an execution as a whole, besides its samples. */
export interface Resources {
  /** First start to last end, in milliseconds. */
  durationMs: number
  /** Growth of the heap after garbage collection, in bytes per run; absent when not measured. */
  heapGrowthBytes?: number | undefined
  /** Highest resident set of the process while runs were on, in bytes; absent when not measured. */
  peakRssBytes?: number | undefined
  /** Highest sum of the resident sets of the processes that agents started, in bytes; absent when none was seen. */
  childPeakRssBytes?: number | undefined
  /** The same of their proportional sets, which divide shared memory; absent where the system does not tell. */
  childPeakPssBytes?: number | undefined
  /** 99th percentile of how late the event loop was, in milliseconds; absent when not measured. */
  eventLoopDelayMs?: number | undefined
  /** Starts that an open load dropped, for too many runs were in flight; absent under a closed load. */
  droppedRuns?: number | undefined
  /** 99th percentile of how late runs were called, in milliseconds; absent under a closed load. */
  sendLagMs?: number | undefined
}

interface MetricCommon {
  /** How a table heads it. */
  label: string
  unit: Unit
  /** Which way is better. */
  better: 'lower' | 'higher'
  /** Whose it is: metrics of the agent compare across machines, those of the machine only on the same one. */
  of: 'agent' | 'machine'
  /** Its definition in one sentence. */
  meaning: string
  /** Where the definition comes from. */
  source: string
}

/** A metric with one value for each run. */
export interface RunMetric extends MetricCommon {
  per: 'run'
  /** True when a run stopped by a limit would have reached at least its value at that time. */
  grows: boolean
  /** True when `limits` can stop a run by it. */
  limits: boolean
  /** The value of the run at `index`; absent when unknown. */
  read: (samples: Samples, index: number) => number | undefined
}

/** A metric with one value for each model call. */
export interface CallMetric extends MetricCommon {
  per: 'modelCall'
  /** The value of the call at `index` of `samples.calls`; absent when unknown. */
  read: (samples: Samples, index: number) => number | undefined
}

/** A metric with one value for the whole execution. */
export interface ScenarioMetric extends MetricCommon {
  per: 'scenario'
  /** Absent when unknown. */
  read: (outcomes: Record<Outcome, number>, resources: Resources) => number | undefined
}

/** One row of the table of metrics. */
export type Metric = RunMetric | CallMetric | ScenarioMetric
