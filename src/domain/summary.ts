import { type Histogram, histogram } from '../stats/histogram.ts'
import { type Interval, quantileInterval } from '../stats/interval.ts'
import { mean, standardDeviation } from '../stats/moments.ts'
import { minimumSamplesForQuantile, quantile } from '../stats/quantile.ts'
import { type Sorted, sorted } from '../stats/sorted.ts'
import type { Case } from './case.ts'
import { metrics } from './metric.ts'
import type { Resources } from './metric-kind.ts'
import {
  type DistributionMetricName,
  distributionMetricNames,
  type RunMetricName,
  type ScenarioMetricName,
  scenarioMetricNames,
} from './metric-name.ts'
import { countOutcomes, isCensored, isTimed, type Outcome, outcomeAt, type Samples, valueAt } from './sample.ts'

/** The quantiles that a distribution may state, by name. */
export const quantiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, 'p99.9': 0.999 } as const
/** Name of a quantile. */
export type QuantileName = keyof typeof quantiles
/** Their names, lowest first. */
export const quantileNames = Object.keys(quantiles) as QuantileName[]

/** What a threshold may be set on. */
export type Statistic = 'mean' | 'min' | QuantileName | 'max'
/** Their names. */
export const statistics = ['mean', 'min', ...quantileNames, 'max'] as const satisfies Statistic[]

/** The fewest values that can support `statistic`: for a quantile, as many as give it a 95% upper bound. */
export function supportOf(statistic: Statistic): number {
  const name = quantileNames.find((one) => one === statistic)
  return name === undefined ? 1 : minimumSamplesForQuantile(quantiles[name])
}

/** The values of one metric over many runs. */
export interface Distribution {
  /** How many values there are, at least 1. */
  n: number
  /** How many runs (or model calls) should have had a value and had none. */
  missing: number
  /** How many values are lower bounds, because a limit stopped their run. */
  censored: number
  /** The lowest lower bound: a statistic at or above it is "at least". Absent when nothing was stopped. */
  censoredFrom?: number | undefined
  mean: number
  /** Standard deviation with n − 1; absent for one value. */
  sd?: number | undefined
  min: number
  p50: number
  p90: number
  p95: number
  p99: number
  /** Absent below 1,000 values: it would be the maximum under another name. */
  'p99.9'?: number | undefined
  max: number
  /** 95% intervals without an assumption about the distribution; absent where n cannot support them. */
  intervals: { p50?: Interval | undefined; p95?: Interval | undefined }
  /** Equal bins from the minimum to p99; what is above lies in the last. */
  histogram: Histogram
}

/** The runs of one case or one category. */
export interface GroupSummary {
  name: string
  /** Absent when the case has none. */
  category?: string | undefined
  outcomes: Record<Outcome, number>
  /** Absent when no run of the group could tell. */
  successRatio?: number | undefined
  metrics: { [M in DistributionMetricName]?: Distribution }
  scores: Record<string, Distribution>
}

/** A named part of the runs, see `run.turn`. */
export interface TurnSummary {
  name: string
  latencyMs: Distribution
  /** Absent when no turn of this name streamed. */
  ttftMs?: Distribution | undefined
}

/** What an execution's samples come to. */
export interface Summary {
  /** Runs made, warm-up excluded. */
  runs: number
  outcomes: Record<Outcome, number>
  /** Runs during which the event loop was late for a reason outside them. */
  degraded: number
  /** A metric is absent when none of the runs knew it. */
  metrics: { [M in DistributionMetricName]?: Distribution }
  /** Metrics of the execution as a whole; absent when unknown. */
  scenario: { [M in ScenarioMetricName]?: number }
  scores: Record<string, Distribution>
  cases: GroupSummary[]
  categories: GroupSummary[]
  turns: TurnSummary[]
}

/** Summarizes the runs of an execution over `cases`. */
export function summarize(samples: Samples, resources: Resources, cases: readonly Case[]): Summary {
  const outcomes = countOutcomes(samples)
  const all = positions(samples, () => true)
  const scenario: Summary['scenario'] = {}
  for (const name of scenarioMetricNames) {
    const value = metrics[name].read(outcomes, resources)
    if (value !== undefined) scenario[name] = value
  }
  return {
    runs: samples.length,
    outcomes,
    degraded: samples.degraded.subarray(0, samples.length).reduce((sum, flag) => sum + flag, 0),
    metrics: distributions(samples, all),
    scenario,
    scores: scoreDistributions(samples, all),
    cases: cases.length < 2 ? [] : cases.map((one, caseIndex) => group(samples, one.name, [caseIndex], one.category)),
    categories: byCategory(cases).map(([category, caseIndexes]) => group(samples, category, caseIndexes)),
    turns: summarizeTurns(samples),
  }
}

/** The distribution of `values`; absent when there are none. */
export function distributionOf(
  values: readonly number[],
  missing = 0,
  bounds: readonly number[] = [],
): Distribution | undefined {
  if (values.length === 0) return undefined
  const ordered = sorted(values)
  const first = ordered[0]
  const last = ordered[ordered.length - 1]
  if (first === undefined || last === undefined) return undefined
  return {
    n: ordered.length,
    missing,
    censored: bounds.length,
    censoredFrom: bounds.length === 0 ? undefined : bounds.reduce((lowest, bound) => Math.min(lowest, bound)),
    mean: mean(ordered),
    sd: standardDeviation(ordered),
    min: first,
    p50: quantile(ordered, quantiles.p50),
    p90: quantile(ordered, quantiles.p90),
    p95: quantile(ordered, quantiles.p95),
    p99: quantile(ordered, quantiles.p99),
    'p99.9': ordered.length < 1000 ? undefined : quantile(ordered, quantiles['p99.9']),
    max: last,
    intervals: { p50: interval(ordered, quantiles.p50), p95: interval(ordered, quantiles.p95) },
    histogram: histogram(ordered),
  }
}

function interval(ordered: Sorted, q: number): Interval | undefined {
  return ordered.length < minimumSamplesForQuantile(q) ? undefined : quantileInterval(ordered, q)
}

function group(samples: Samples, name: string, caseIndexes: readonly number[], category?: string): GroupSummary {
  const members = new Set(caseIndexes)
  const runs = positions(samples, (index) => members.has(samples.caseIndex[index] ?? -1))
  const outcomes = { ok: 0, wrong: 0, error: 0, timeout: 0, limit: 0, infrastructure: 0 }
  for (const index of runs) outcomes[outcomeAt(samples, index)] += 1
  return {
    name,
    category,
    outcomes,
    successRatio: metrics.successRatio.read(outcomes),
    metrics: distributions(samples, runs),
    scores: scoreDistributions(samples, runs),
  }
}

function byCategory(cases: readonly Case[]): [string, number[]][] {
  const groups = new Map<string, number[]>()
  for (const [caseIndex, { category }] of cases.entries()) {
    if (category === undefined) continue
    const members = groups.get(category)
    if (members === undefined) groups.set(category, [caseIndex])
    else members.push(caseIndex)
  }
  return [...groups]
}

function distributions(samples: Samples, runs: readonly number[]): Summary['metrics'] {
  const timed = runs.filter((index) => isTimed(samples, index))
  const found: Summary['metrics'] = {}
  for (const name of distributionMetricNames) {
    const metric = metrics[name]
    const values =
      metric.per === 'run'
        ? runDistribution(samples, timed, name as RunMetricName)
        : callDistribution(samples, timed, name)
    if (values !== undefined) found[name] = values
  }
  return found
}

function runDistribution(samples: Samples, runs: readonly number[], name: RunMetricName): Distribution | undefined {
  const metric = metrics[name]
  const values: number[] = []
  const bounds: number[] = []
  for (const index of runs) {
    const value = metric.read(samples, index)
    if (value === undefined) continue
    values.push(value)
    if (metric.grows && isCensored(samples, index)) bounds.push(value)
  }
  return distributionOf(values, runs.length - values.length, bounds)
}

function callDistribution(
  samples: Samples,
  runs: readonly number[],
  name: DistributionMetricName,
): Distribution | undefined {
  const members = new Set(runs)
  const values: number[] = []
  let calls = 0
  for (const [index, run] of samples.calls.index.entries()) {
    if (!members.has(run)) continue
    calls += 1
    const value = metrics[name].read(samples, index)
    if (value !== undefined) values.push(value)
  }
  return distributionOf(values, calls - values.length)
}

function scoreDistributions(samples: Samples, runs: readonly number[]): Record<string, Distribution> {
  const answered = runs.filter((index) => {
    const outcome = outcomeAt(samples, index)
    return outcome === 'ok' || outcome === 'wrong'
  })
  const found: Record<string, Distribution> = {}
  for (const [name, column] of samples.scores) {
    const values = answered.map((index) => valueAt(column, index)).filter((value) => value !== undefined)
    const distribution = distributionOf(values, answered.length - values.length)
    if (distribution !== undefined) found[name] = distribution
  }
  return found
}

function summarizeTurns(samples: Samples): TurnSummary[] {
  const timed = samples.turns.filter(({ index }) => isTimed(samples, index))
  const names = [...new Set(timed.map((turn) => turn.name))]
  return names.flatMap((name) => {
    const turns = timed.filter((turn) => turn.name === name)
    const latencyMs = distributionOf(turns.map((turn) => turn.latencyMs))
    if (latencyMs === undefined) return []
    const first = turns.map((turn) => turn.ttftMs).filter((value) => value !== undefined)
    return [{ name, latencyMs, ttftMs: distributionOf(first, turns.length - first.length) }]
  })
}

function positions(samples: Samples, wanted: (index: number) => boolean): number[] {
  const found: number[] = []
  for (let index = 0; index < samples.length; index++) if (wanted(index)) found.push(index)
  return found
}
