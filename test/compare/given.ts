import type { Baseline, Comparability, MetricValues, PastExecution } from '../../src/domain/baseline.ts'
import { committedLines } from '../../src/domain/baseline.ts'
import type { BaselineMetric } from '../../src/domain/finding.ts'
import { random } from '../../src/stats/random.ts'

/** What every execution here has in common. */
export const same: Comparability = { mode: 'live', model: 'gpt-5-mini', load: 'concurrency 1', cases: 'abc' }

/** A machine. */
export const environmentKey = 'ubuntu24, x64, 4 cores, node 24'

/** An accepted execution. */
export function pastExecution(values: MetricValues, more: Partial<PastExecution> = {}): PastExecution {
  return { ...same, execution: 'past', startedAt: '2026-11-20T09:00:00.000Z', startsLevel: [], values, ...more }
}

/** A baseline of `past`, newest first, and nothing committed. */
export function historyOf(...past: PastExecution[]): Baseline {
  return { history: past, environmentKey }
}

/** A baseline that knows only the committed lines of `values`, metrics of the machine among them left out. */
export function committedOf(values: MetricValues, more: Partial<Comparability> = {}): Baseline {
  return { entry: { ...same, ...more, metrics: committedLines(values) }, history: [], environmentKey }
}

/** Draws runs; the same seed draws the same. */
export interface Draw {
  /** `count` log-normal values around 1000 · `factor`, with standard deviation `sigma` of their logarithms. */
  runs: (count: number, sigma: number, factor?: number) => number[]
  /** A log-normal factor around 1, by which a whole execution may be off. */
  drift: (sigma: number) => number
}

/** A generator of runs. */
export function drawing(seed: number): Draw {
  const next = random(seed)
  // Box and Muller (1958)
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return {
    drift: (sigma) => Math.exp(sigma * normal()),
    runs: (count, sigma, factor = 1) => Array.from({ length: count }, () => 1000 * factor * Math.exp(sigma * normal())),
  }
}

/** Values of one metric of one case. */
export function one(metric: BaselineMetric, values: number[]): MetricValues {
  return { [metric]: [values] }
}
