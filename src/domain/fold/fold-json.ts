import { type LogHistogramJson, logHistogramJson, readLogHistogram } from '../../stats/log-histogram-json.ts'
import { type DistributionMetricName, distributionMetricNames } from '../metric-name.ts'
import type { Outcome } from '../sample.ts'
import type { Fold, GroupFold, MetricFold } from './fold.ts'

/** A {@link MetricFold} in a record. */
export interface MetricFoldJson extends Omit<MetricFold, 'histogram'> {
  histogram: LogHistogramJson
}

/** A {@link GroupFold} in a record. */
export interface GroupFoldJson {
  outcomes: Record<Outcome, number>
  metrics: { [M in DistributionMetricName]?: MetricFoldJson }
  scores: Record<string, MetricFoldJson>
}

/** A {@link Fold} in a record. */
export interface FoldJson {
  runs: number
  degraded: number
  all: GroupFoldJson
  categories: Record<string, GroupFoldJson>
  cases: GroupFoldJson[]
}

/** `fold` as JSON. */
export function foldJson({ counts, all, categories, cases }: Fold): FoldJson {
  return {
    runs: counts.runs,
    degraded: counts.degraded,
    all: groupJson(all),
    categories: Object.fromEntries([...categories].map(([name, group]) => [name, groupJson(group)])),
    cases: cases.map(groupJson),
  }
}

function groupJson({ outcomes: counted, metrics, scores }: GroupFold): GroupFoldJson {
  const known = Object.entries(metrics).map(([name, one]) => [name, metricJson(one)])
  return {
    outcomes: { ...counted },
    metrics: Object.fromEntries(known),
    scores: Object.fromEntries([...scores].map(([name, one]) => [name, metricJson(one)])),
  }
}

function metricJson({ histogram, ...rest }: MetricFold): MetricFoldJson {
  return { histogram: logHistogramJson(histogram), ...rest }
}

/** The fold that {@link foldJson} wrote. @throws {RangeError | TypeError} when a histogram contradicts itself */
export function readFold({ runs, degraded, all, categories, cases }: FoldJson): Fold {
  const whole = readGroup(all)
  return {
    counts: { runs, degraded, outcomes: whole.outcomes },
    all: whole,
    categories: new Map(Object.entries(categories).map(([name, group]) => [name, readGroup(group)])),
    cases: cases.map(readGroup),
  }
}

function readGroup({ outcomes: counted, metrics, scores }: GroupFoldJson): GroupFold {
  const group: GroupFold = { outcomes: { ...counted }, metrics: {}, scores: new Map() }
  for (const name of distributionMetricNames) {
    const one = metrics[name]
    if (one !== undefined) group.metrics[name] = readMetric(one)
  }
  for (const [name, one] of Object.entries(scores)) group.scores.set(name, readMetric(one))
  return group
}

function readMetric({ histogram, ...rest }: MetricFoldJson): MetricFold {
  return { histogram: readLogHistogram(histogram), ...rest }
}
