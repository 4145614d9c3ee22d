import type { Interval } from '../../stats/interval.ts'
import {
  type LogHistogram,
  logHistogram,
  meanOf,
  merge,
  quantileOf,
  record,
  standardDeviationOf,
} from '../../stats/log-histogram.ts'
import { binsOf } from '../../stats/log-histogram-bins.ts'
import { normalQuantile } from '../../stats/normal.ts'
import type { Case } from '../case.ts'
import { type Distribution, quantiles } from '../distribution.ts'
import { metrics } from '../metric.ts'
import {
  callMetricNames,
  type DistributionMetricName,
  distributionMetricNames,
  runMetricNames,
} from '../metric-name.ts'
import {
  isAnswered,
  isCensored,
  isTimed,
  type Outcome,
  outcomeAt,
  type RunCounts,
  type Samples,
  valueAt,
} from '../sample.ts'

/** The values of one metric, more than one wants to keep. */
export interface MetricFold {
  histogram: LogHistogram
  missing: number
  censored: number
  /** The lowest lower bound; absent when nothing was stopped. */
  censoredFrom?: number | undefined
}

/** Some runs, of which only what they come to is kept. */
export interface GroupFold {
  outcomes: Record<Outcome, number>
  metrics: { [M in DistributionMetricName]?: MetricFold }
  scores: Map<string, MetricFold>
}

/** All runs of an execution that has more than are kept one by one. Its memory does not grow with their number. */
export interface Fold {
  counts: RunCounts
  all: GroupFold
  categories: Map<string, GroupFold>
  /** By position of the case; empty where there are too many cases for histograms of each. */
  cases: GroupFold[]
}

// Histograms of a case take about a megabyte.
const mostCases = 20

/** Nothing yet, over `cases`. */
export function emptyFold(cases: readonly Pick<Case, 'category'>[]): Fold {
  const categories = new Set(cases.flatMap(({ category }) => category ?? []))
  const all = emptyGroup()
  return {
    counts: { runs: 0, degraded: 0, outcomes: all.outcomes },
    all,
    categories: new Map([...categories].map((category) => [category, emptyGroup()])),
    cases: cases.length < 2 || cases.length > mostCases ? [] : cases.map(emptyGroup),
  }
}

function emptyGroup(): GroupFold {
  return {
    outcomes: { ok: 0, wrong: 0, error: 0, timeout: 0, limit: 0, infrastructure: 0 },
    metrics: {},
    scores: new Map(),
  }
}

/** Adds the runs of `samples` to `fold`. */
export function foldRuns(fold: Fold, samples: Samples, cases: readonly Pick<Case, 'category'>[]): void {
  const groupsOf = (index: number): GroupFold[] => {
    const caseIndex = samples.caseIndex[index] ?? 0
    const category = cases[caseIndex]?.category
    const groups = [fold.all, fold.cases[caseIndex], category === undefined ? undefined : fold.categories.get(category)]
    return groups.filter((group) => group !== undefined)
  }
  for (let index = 0; index < samples.length; index++) {
    fold.counts.runs += 1
    fold.counts.degraded += samples.degraded[index] ?? 0
    for (const group of groupsOf(index)) foldRun(group, samples, index)
  }
  for (const [call, run] of samples.calls.index.entries()) {
    if (!isTimed(samples, run)) continue
    for (const group of groupsOf(run))
      for (const name of callMetricNames) addValue(group.metrics, name, metrics[name].read(samples, call), false)
  }
}

function foldRun(group: GroupFold, samples: Samples, index: number): void {
  group.outcomes[outcomeAt(samples, index)] += 1
  if (isTimed(samples, index)) {
    const isBound = isCensored(samples, index)
    for (const name of runMetricNames) {
      const { read, grows } = metrics[name]
      addValue(group.metrics, name, read(samples, index), isBound && grows)
    }
  }
  if (!isAnswered(samples, index)) return
  for (const [name, column] of samples.scores) {
    const known = group.scores.get(name) ?? emptyMetric()
    group.scores.set(name, known)
    add(known, valueAt(column, index), false)
  }
}

function addValue(
  folded: GroupFold['metrics'],
  name: DistributionMetricName,
  value: number | undefined,
  isBound: boolean,
): void {
  folded[name] ??= emptyMetric()
  add(folded[name], value, isBound)
}

function add(fold: MetricFold, value: number | undefined, isBound: boolean): void {
  if (value === undefined) {
    fold.missing += 1
    return
  }
  // A difference of two clocks may be a rounding below nothing.
  record(fold.histogram, Math.max(0, value))
  if (!isBound) return
  fold.censored += 1
  fold.censoredFrom = Math.min(fold.censoredFrom ?? value, value)
}

function emptyMetric(): MetricFold {
  return { histogram: logHistogram(), missing: 0, censored: 0 }
}

// What model calls have no part in.
const ownMetrics: readonly DistributionMetricName[] = ['latencyMs', 'responseTimeMs']

/** Makes unknown what model calls told of the runs, when it is not known which are whose. */
export function forgetFoldedCalls({ all, cases, categories }: Fold): void {
  for (const group of [all, ...cases, ...categories.values()])
    for (const name of distributionMetricNames) if (!ownMetrics.includes(name)) delete group.metrics[name]
}

/** Adds `from` to `into`: exactly what both come to together. */
export function mergeGroups(into: GroupFold, from: GroupFold): void {
  for (const outcome of Object.keys(from.outcomes) as Outcome[]) into.outcomes[outcome] += from.outcomes[outcome]
  for (const name of distributionMetricNames) {
    const own = from.metrics[name]
    if (own === undefined) continue
    into.metrics[name] ??= emptyMetric()
    mergeMetrics(into.metrics[name], own)
  }
  for (const [name, own] of from.scores) {
    const known = into.scores.get(name) ?? emptyMetric()
    into.scores.set(name, known)
    mergeMetrics(known, own)
  }
}

function mergeMetrics(into: MetricFold, from: MetricFold): void {
  merge(into.histogram, from.histogram)
  into.missing += from.missing
  into.censored += from.censored
  if (from.censoredFrom !== undefined)
    into.censoredFrom = Math.min(into.censoredFrom ?? from.censoredFrom, from.censoredFrom)
}

/** The distribution of what `fold` counted; absent when that is nothing. Quantiles are off by at most 0.025%. */
export function distributionOfFold({
  histogram,
  missing,
  censored,
  censoredFrom,
}: MetricFold): Distribution | undefined {
  const { count, min, max } = histogram
  const mean = meanOf(histogram)
  if (min === undefined || max === undefined || mean === undefined) return undefined
  return {
    n: count,
    missing,
    censored,
    censoredFrom,
    mean,
    sd: standardDeviationOf(histogram),
    min,
    p50: quantileOf(histogram, quantiles.p50),
    p90: quantileOf(histogram, quantiles.p90),
    p95: quantileOf(histogram, quantiles.p95),
    p99: quantileOf(histogram, quantiles.p99),
    'p99.9': count < 1000 ? undefined : quantileOf(histogram, quantiles['p99.9']),
    max,
    intervals: { p50: intervalOf(histogram, quantiles.p50), p95: intervalOf(histogram, quantiles.p95) },
    histogram: binsOf(histogram),
  }
}

/**
 * The 95% interval of a quantile by the ranks between which it lies, whose number is binomial; normal, for there are many of them.
 *
 * H. A. David & H. N. Nagaraja, "Order Statistics" (2003), section 7.1.
 */
function intervalOf(histogram: LogHistogram, q: number): Interval | undefined {
  const { count } = histogram
  const margin = -normalQuantile(0.025) * Math.sqrt(count * q * (1 - q))
  const [low, high] = [Math.floor(count * q - margin), Math.ceil(count * q + margin)]
  if (low < 1 || high > count) return undefined
  const valueOfRank = (rank: number) => quantileOf(histogram, count === 1 ? 0 : (rank - 1) / (count - 1))
  return { low: valueOfRank(low), high: valueOfRank(high) }
}
