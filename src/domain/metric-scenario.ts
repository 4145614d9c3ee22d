import type { Metric } from './metric-kind.ts'

const here = 'METHODOLOGY.md'

/** What is known of an execution as a whole. */
export const scenarioMetrics = {
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
  childPeakRssBytes: {
    label: 'peak RSS of children',
    unit: 'bytes',
    better: 'lower',
    of: 'machine',
    per: 'scenario',
    meaning:
      'Highest sum of the resident sets of the processes that agents started and of theirs; memory that they share counts for each.',
    source: 'proc_pid_status(5): VmRSS; elsewhere pidusage; every 50 ms',
    read: (_, resources) => resources.childPeakRssBytes,
  },
  childPeakPssBytes: {
    label: 'peak PSS of children',
    unit: 'bytes',
    better: 'lower',
    of: 'machine',
    per: 'scenario',
    meaning:
      'Highest sum of the proportional sets of the processes that agents started and of theirs, in which shared memory is divided; only on Linux.',
    source: 'proc_pid_smaps(5): smaps_rollup, at most every 200 ms',
    read: (_, resources) => resources.childPeakPssBytes,
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
  droppedRuns: {
    label: 'dropped',
    unit: 'count',
    better: 'lower',
    of: 'machine',
    per: 'scenario',
    meaning: 'Starts of an open load that were dropped, for `maxInFlight` runs were in flight.',
    source: 'k6: dropped_iterations',
    read: (_, resources) => resources.droppedRuns,
  },
  sendLagMs: {
    label: 'send lag',
    unit: 'ms',
    better: 'lower',
    of: 'machine',
    per: 'scenario',
    meaning: '99th percentile of how much later than due the generator of an open load called the agent.',
    source: 'AIPerf: credit issue lag',
    read: (_, resources) => resources.sendLagMs,
  },
} as const satisfies Record<string, Metric>
