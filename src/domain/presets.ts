import type { Bounds } from './scenario.ts'
import type { Thresholds } from './threshold.ts'

type Preset = Pick<Bounds, 'runs' | 'warmup' | 'concurrency' | 'limits'> & { thresholds?: Thresholds }

/**
 * Options for common intents, to spread into a scenario: `benchAgent('refund', { ...presets.quick, agent })`. Plain objects: what
 * follows them in the options wins.
 */
export const presets = {
  /** Many runs at once: how much work gets done. */
  highThroughput: { runs: 100, warmup: 10, concurrency: 16, limits: { latencyMs: 120_000 } },
  /** One run at a time, enough of them for a p95: how long a user waits. */
  lowLatency: { runs: 60, warmup: 3, concurrency: 1, limits: { latencyMs: 30_000 } },
  /** One run at a time, enough of them to see a leak: what a run takes from its process. */
  resourceEfficient: {
    runs: 120,
    warmup: 10,
    concurrency: 1,
    limits: { latencyMs: 60_000 },
    thresholds: { heapGrowthBytes: 16_384 },
  },
  /** A few runs: does it work, and what does it cost, roughly. */
  quick: { runs: 3, warmup: 0, concurrency: 1 },
} as const satisfies Record<string, Preset>
