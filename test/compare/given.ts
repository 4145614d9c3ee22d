import { type Candidate, compareWithBaseline } from '../../src/compare/regression.ts'
import type { Baseline, Comparability, MetricValues, PastExecution } from '../../src/domain/baseline.ts'
import { committedLines } from '../../src/domain/baseline.ts'
import { toColumns } from '../../src/domain/columns.ts'
import type { BaselineMetric, Finding } from '../../src/domain/finding.ts'
import type { ExecutionRecord, Results } from '../../src/domain/record.ts'
import { random } from '../../src/stats/random.ts'
import { type GivenRun, samplesOf, times } from '../domain/given.ts'
import { recordOf } from '../report/sessions.ts'

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

/** An execution with `values`, of which `fresh` were measured to confirm what the others showed. */
export function candidateOf(values: MetricValues, more: Partial<Candidate> = {}): Candidate {
  return { values, comparability: same, confirms: true, ...more }
}

/** The only finding of an execution with `values`. */
export function find(values: MetricValues, baseline: Baseline, more: Partial<Candidate> = {}): Finding {
  const [finding, ...rest] = compareWithBaseline(candidateOf(values, more), baseline)
  if (finding === undefined || rest.length > 0) throw new Error(`expected one finding, got ${rest.length + 1}`)
  return finding
}

/** Draws runs; the same seed draws the same. */
export interface Draw {
  /** A standard normal number. */
  normal: () => number
  /** A number from 0 to below 1. */
  uniform: () => number
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
    normal,
    uniform: next,
    drift: (sigma) => Math.exp(sigma * normal()),
    runs: (count, sigma, factor = 1) => Array.from({ length: count }, () => 1000 * factor * Math.exp(sigma * normal())),
  }
}

/** The record of a scenario that made `runs`. */
export function measured(
  name: string,
  runs: readonly GivenRun[],
  more: Partial<ExecutionRecord> = {},
): ExecutionRecord {
  const passing = recordOf('passing')
  const cases = 1 + Math.max(0, ...runs.map(({ caseIndex = 0 }) => caseIndex))
  return {
    ...passing,
    identity: { ...passing.identity, name, id: name },
    execution: `${name} ${more.attempt ?? 0}`,
    plan: {
      ...passing.plan,
      cases: times(cases, (position) => ({ name: `case ${position}` })),
      runs: runs.length / cases,
    },
    samples: toColumns(samplesOf(runs)),
    ...more,
  }
}

/** The results of a session that made `records`. */
export function resultsOf(records: ExecutionRecord[]): Results {
  const { environment, startedAt } = recordOf('passing')
  return { schemaVersion: 1, environment, startedAt, records }
}

/** Values of one metric of one case. */
export function one(metric: BaselineMetric, values: number[]): MetricValues {
  return { [metric]: [values] }
}
