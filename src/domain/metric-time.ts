import type { Metric } from './metric-kind.ts'
import { type Samples, valueAt } from './sample.ts'

const here = 'METHODOLOGY.md'

/** How long runs and their model calls took. */
export const timeMetrics = {
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
    meaning:
      'Latency without the time spent waiting for rate limits and back-off; where answers are replayed, without waiting for those either.',
    source: here,
    read: (samples, index) => {
      const latencyMs = difference(samples.endedAtMs, samples.startedAtMs, index)
      if (latencyMs === undefined || !samples.callsAreKnown) return undefined
      const replayedMs = samples.replayed === true ? (valueAt(samples.values.modelMs, index) ?? 0) : 0
      return latencyMs - (valueAt(samples.values.waitingMs, index) ?? 0) - replayedMs
    },
  },
  workingPerOutputTokenMs: {
    label: 'working time per output token',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'run',
    grows: false,
    limits: false,
    meaning: 'Working time of a run over its output tokens: latency without what longer answers make of it.',
    source: here,
    read: (samples, index) => {
      const latencyMs = difference(samples.endedAtMs, samples.startedAtMs, index)
      const outputTokens = valueAt(samples.values.outputTokens, index) ?? 0
      if (latencyMs === undefined || !samples.callsAreKnown || samples.replayed === true || outputTokens === 0)
        return undefined
      return (latencyMs - (valueAt(samples.values.waitingMs, index) ?? 0)) / outputTokens
    },
  },
  waitingMs: {
    label: 'back-off',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'run',
    grows: true,
    limits: false,
    meaning: 'Time of a run from model calls that failed to their repetitions.',
    source: here,
    read: (samples, index) => valueAt(samples.values.waitingMs, index),
  },
  modelMs: {
    label: 'model time',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'run',
    grows: true,
    limits: false,
    meaning: 'Time of a run with at least one model call on its way.',
    source: here,
    read: (samples, index) => ofModels(samples, valueAt(samples.values.modelMs, index)),
  },
  toolMs: {
    label: 'tool time',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'run',
    grows: true,
    limits: false,
    meaning: 'Time of a run with at least one tool at work, where the framework tells.',
    source: here,
    read: (samples, index) => valueAt(samples.values.toolMs, index),
  },
  coordinationMs: {
    label: 'coordination',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'run',
    grows: true,
    limits: false,
    meaning: 'Time of a run of two agents or more in which none of them is at work.',
    source: here,
    read: (samples, index) => valueAt(samples.values.coordinationMs, index),
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
    read: (samples, index) => ofModels(samples, difference(samples.firstTokenAtMs, samples.startedAtMs, index)),
  },
  modelTtftMs: {
    label: 'model TTFT',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'modelCall',
    meaning: 'Start of a model call to its first content chunk.',
    source: 'AIPerf, vLLM: time to first token',
    read: (samples, index) => ofModels(samples, samples.calls.modelTtftMs[index]),
  },
  interTokenLatencyMs: {
    label: 'inter-token latency',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'modelCall',
    meaning: '(Last − first content chunk) / (streamed output tokens − 1) of a model call.',
    source: 'GuideLLM: inter-token latency',
    read: (samples, index) => ofModels(samples, samples.calls.interTokenLatencyMs[index]),
  },
  outputTokensPerSecond: {
    label: 'output rate',
    unit: 'perSecond',
    better: 'higher',
    of: 'machine',
    per: 'modelCall',
    meaning: 'Output tokens of a model call divided by its duration.',
    source: here,
    read: (samples, index) => ofModels(samples, samples.calls.outputTokensPerSecond[index]),
  },
} as const satisfies Record<string, Metric>

/** `value` that models have a part in: no model has in what is replayed. */
function ofModels({ replayed }: Samples, value: number | undefined): number | undefined {
  return replayed === true ? undefined : value
}

function difference(end: Float64Array, start: Float64Array, index: number): number | undefined {
  const endMs = valueAt(end, index)
  const startMs = valueAt(start, index)
  return endMs === undefined || startMs === undefined ? undefined : endMs - startMs
}
