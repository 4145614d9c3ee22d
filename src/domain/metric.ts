import { type Outcome, outcomeAt, type Samples, valueAt } from './sample.ts'
import type { Unit } from './unit.ts'

/** What is known of an execution as a whole, besides its samples. */
export interface Resources {
  /** First start to last end, in milliseconds. */
  durationMs: number
  /** Growth of the heap after garbage collection, in bytes per run; absent when not measured. */
  heapGrowthBytes?: number | undefined
  /** Highest resident set of the process while runs were on, in bytes; absent when not measured. */
  peakRssBytes?: number | undefined
  /** 99th percentile of how late the event loop was, in milliseconds; absent when not measured. */
  eventLoopDelayMs?: number | undefined
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

/** One row of {@link metrics}. */
export type Metric = RunMetric | CallMetric | ScenarioMetric

const genAi = 'OpenTelemetry GenAI semantic conventions'
const here = 'METHODOLOGY.md'

/**
 * Every metric there is. Limits, thresholds, summaries, baselines, report columns and the table of the README follow
 * from these rows.
 */
export const metrics = {
  latencyMs: {
    label: 'latency',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'run',
    grows: true,
    limits: true,
    meaning: 'End of a run minus its start: the service time of one run.',
    source: here,
    read: (samples, index) => difference(samples.endedAtMs, samples.startedAtMs, index),
  },
  responseTimeMs: {
    label: 'response time',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'run',
    grows: true,
    limits: false,
    meaning: 'End of a run minus the instant at which it was due, so that waiting in a queue counts.',
    source: 'Tene, How NOT to Measure Latency (2013)',
    read: (samples, index) => difference(samples.endedAtMs, samples.dueAtMs, index),
  },
  workingMs: {
    label: 'working time',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'run',
    grows: true,
    limits: false,
    meaning: 'Latency without the time spent waiting for rate limits and back-off.',
    source: here,
    read: (samples, index) => {
      const latencyMs = difference(samples.endedAtMs, samples.startedAtMs, index)
      return latencyMs === undefined ? undefined : latencyMs - (valueAt(samples.values.waitingMs, index) ?? 0)
    },
  },
  ttftMs: {
    label: 'TTFT',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'run',
    grows: false,
    limits: false,
    meaning:
      'Start of a run to the first content its user could see: the first text of the returned stream that is not empty, else the first text of the last model call. A stream of objects or bytes counts from whichever of the two comes later.',
    source: here,
    read: (samples, index) => difference(samples.firstTokenAtMs, samples.startedAtMs, index),
  },
  modelTtftMs: {
    label: 'model TTFT',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'modelCall',
    meaning: 'Start of a model call to its first content chunk.',
    source: 'AIPerf, vLLM: time to first token',
    read: (samples, index) => samples.calls.modelTtftMs[index],
  },
  interTokenLatencyMs: {
    label: 'inter-token latency',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'modelCall',
    meaning: '(Last − first content chunk) / (streamed output tokens − 1) of a model call.',
    source: 'GuideLLM: inter-token latency',
    read: (samples, index) => samples.calls.interTokenLatencyMs[index],
  },
  outputTokensPerSecond: {
    label: 'output rate',
    unit: 'perSecond',
    better: 'higher',
    of: 'machine',
    per: 'modelCall',
    meaning: 'Output tokens of a model call divided by its duration.',
    source: here,
    read: (samples, index) => samples.calls.outputTokensPerSecond[index],
  },
  inputTokens: {
    label: 'input tokens',
    unit: 'tokens',
    better: 'lower',
    of: 'agent',
    per: 'run',
    grows: true,
    limits: true,
    meaning: 'Tokens sent to models in a run, cached ones included.',
    source: genAi,
    read: (samples, index) => valueAt(samples.values.inputTokens, index),
  },
  outputTokens: {
    label: 'output tokens',
    unit: 'tokens',
    better: 'lower',
    of: 'agent',
    per: 'run',
    grows: true,
    limits: true,
    meaning: 'Tokens produced by models in a run, reasoning included.',
    source: genAi,
    read: (samples, index) => valueAt(samples.values.outputTokens, index),
  },
  totalTokens: {
    label: 'tokens',
    unit: 'tokens',
    better: 'lower',
    of: 'agent',
    per: 'run',
    grows: true,
    limits: true,
    meaning: 'Input and output tokens of a run together.',
    source: genAi,
    read: (samples, index) => {
      const input = valueAt(samples.values.inputTokens, index)
      const output = valueAt(samples.values.outputTokens, index)
      return input === undefined || output === undefined ? undefined : input + output
    },
  },
  cachedTokens: {
    label: 'cached tokens',
    unit: 'tokens',
    better: 'higher',
    of: 'agent',
    per: 'run',
    grows: false,
    limits: false,
    meaning: 'The part of the input tokens that providers read from their cache.',
    source: genAi,
    read: (samples, index) => valueAt(samples.values.cachedTokens, index),
  },
  reasoningTokens: {
    label: 'reasoning tokens',
    unit: 'tokens',
    better: 'lower',
    of: 'agent',
    per: 'run',
    grows: true,
    limits: false,
    meaning: 'The part of the output tokens that models spent on reasoning.',
    source: genAi,
    read: (samples, index) => valueAt(samples.values.reasoningTokens, index),
  },
  steps: {
    label: 'steps',
    unit: 'count',
    better: 'lower',
    of: 'agent',
    per: 'run',
    grows: true,
    limits: true,
    meaning: 'Model calls that were answered, each with what it led to.',
    source: here,
    read: (samples, index) => valueAt(samples.values.steps, index),
  },
  modelCalls: {
    label: 'model calls',
    unit: 'count',
    better: 'lower',
    of: 'agent',
    per: 'run',
    grows: true,
    limits: true,
    meaning: 'Requests made to models, failed and repeated ones included.',
    source: here,
    read: (samples, index) => valueAt(samples.values.modelCalls, index),
  },
  toolCalls: {
    label: 'tool calls',
    unit: 'count',
    better: 'lower',
    of: 'agent',
    per: 'run',
    grows: true,
    limits: true,
    meaning: 'Tool calls that models asked for.',
    source: genAi,
    read: (samples, index) => valueAt(samples.values.toolCalls, index),
  },
  costUsd: {
    label: 'cost',
    unit: 'usd',
    better: 'lower',
    of: 'agent',
    per: 'run',
    grows: true,
    limits: true,
    meaning: 'Tokens of a run at the prices given for their models.',
    source: here,
    read: (samples, index) => valueAt(samples.values.costUsd, index),
  },
  cpuMs: {
    label: 'CPU time',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'run',
    grows: true,
    limits: false,
    meaning: 'User and system CPU time of the process during a run; only at concurrency 1.',
    source: 'getrusage(2)',
    read: (samples, index) => valueAt(samples.values.cpuMs, index),
  },
  successRatio: {
    label: 'success',
    unit: 'ratio',
    better: 'higher',
    of: 'agent',
    per: 'scenario',
    meaning: 'Runs that were ok / all runs that the infrastructure did not break.',
    source: here,
    read: (counts) => {
      const judged = counts.ok + counts.wrong + counts.error + counts.timeout + counts.limit
      return judged === 0 ? undefined : counts.ok / judged
    },
  },
  runsPerSecond: {
    label: 'throughput',
    unit: 'perSecond',
    better: 'higher',
    of: 'machine',
    per: 'scenario',
    meaning: 'Runs that were ok, per second from the first start to the last end.',
    source: here,
    read: (counts, resources) => (resources.durationMs > 0 ? (counts.ok * 1000) / resources.durationMs : undefined),
  },
  heapGrowthBytes: {
    label: 'heap growth',
    unit: 'bytes',
    better: 'lower',
    of: 'machine',
    per: 'scenario',
    meaning: 'Growth of heap and external memory after garbage collection, per run.',
    source: here,
    read: (_, resources) => resources.heapGrowthBytes,
  },
  peakRssBytes: {
    label: 'peak RSS',
    unit: 'bytes',
    better: 'lower',
    of: 'machine',
    per: 'scenario',
    meaning: 'Highest resident set of the process while runs were on.',
    source: 'process.memoryUsage.rss(), every 100 ms',
    read: (_, resources) => resources.peakRssBytes,
  },
  eventLoopDelayMs: {
    label: 'loop delay',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'scenario',
    meaning: '99th percentile of how late the event loop was.',
    source: 'node:perf_hooks monitorEventLoopDelay',
    read: (_, resources) => resources.eventLoopDelayMs,
  },
} as const satisfies Record<string, Metric>

type NamesWhere<Shape> = {
  [Name in keyof typeof metrics]: (typeof metrics)[Name] extends Shape ? Name : never
}[keyof typeof metrics]

/** Name of a metric. */
export type MetricName = keyof typeof metrics
/** Name of a metric with one value for each run. */
export type RunMetricName = NamesWhere<{ per: 'run' }>
/** Name of a metric with many values: one for each run or for each model call. */
export type DistributionMetricName = NamesWhere<{ per: 'run' | 'modelCall' }>
/** Name of a metric with one value for the whole execution. */
export type ScenarioMetricName = NamesWhere<{ per: 'scenario' }>
/** Name of a metric that `limits` can stop a run by. */
export type LimitName = NamesWhere<{ limits: true }>

/** All names, in the table's order. */
export const metricNames = Object.keys(metrics) as MetricName[]
/** Names of the metrics with one value for each run. */
export const runMetricNames = metricNames.filter((name): name is RunMetricName => metrics[name].per === 'run')
/** Names of the metrics with many values. */
export const distributionMetricNames = metricNames.filter(
  (name): name is DistributionMetricName => metrics[name].per !== 'scenario',
)
/** Names of the metrics with one value. */
export const scenarioMetricNames = metricNames.filter(
  (name): name is ScenarioMetricName => metrics[name].per === 'scenario',
)
/** Names of the metrics that can stop a run. */
export const limitNames = runMetricNames.filter((name): name is LimitName => metrics[name].limits)

/** Whether the run at `index` has a latency to speak of: errors and broken infrastructure are counted, not timed. */
export function isTimed(samples: Samples, index: number): boolean {
  const outcome = outcomeAt(samples, index)
  return outcome !== 'error' && outcome !== 'infrastructure'
}

/** Whether the run at `index` was stopped before its end, so that its values are lower bounds. */
export function isCensored(samples: Samples, index: number): boolean {
  const outcome = outcomeAt(samples, index)
  return outcome === 'timeout' || outcome === 'limit'
}

function difference(end: Float64Array, start: Float64Array, index: number): number | undefined {
  const endMs = valueAt(end, index)
  const startMs = valueAt(start, index)
  return endMs === undefined || startMs === undefined ? undefined : endMs - startMs
}
