import { mean, standardDeviation } from '../stats/moments.ts'
import type { Calibration } from './calibration.ts'
import type { BaselineLine, BaselineMetric } from './finding.ts'
import { metrics } from './metric.ts'
import { type RunMetricName, runMetricNames } from './metric-name.ts'
import { isCensored, isTimed, outcomeAt, type Samples, valueAt } from './sample.ts'
import { locationOf, pooledSpread, shareUnit } from './spread.ts'

/** What must be the same for two executions of a scenario to be comparable. */
export interface Comparability {
  mode: Mode
  /** The agent's own name for its model, else the models seen on the wire; empty when neither is known. */
  model: string
  /** The load in words, see {@link describeLoad}. */
  load: string
  /** Fingerprint of the cases. */
  cases: string
}

/** Whether models are called or their recorded answers replayed. */
export type Mode = 'live' | 'replay'

/** A scenario as the committed file keeps it: one line for each metric of the agent. */
export interface BaselineEntry extends Comparability {
  metrics: { [M in BaselineMetric]?: BaselineLine }
}

/** The values of an execution's runs by metric, and for each metric by case. */
export type MetricValues = { [M in BaselineMetric]?: number[][] }

/** An accepted execution as the history keeps it. */
export interface PastExecution extends Comparability {
  /** Id of its record. */
  execution: string
  /** ISO 8601. */
  startedAt: string
  /** What all executions of its session have in common; absent in histories from before there was one. */
  session?: string | undefined
  /** What the machine could do in its session; absent where nobody tried. */
  calibration?: Calibration | undefined
  /** Metrics for which this execution began a new level: older ones are not compared with any more. */
  startsLevel: BaselineMetric[]
  /** Where the committed lines lay when it was accepted, by metric; absent when there were none. */
  committed?: { [M in BaselineMetric]?: number } | undefined
  values: MetricValues
  /** Values that are never judged and explain those that are; absent in histories from before they were kept. */
  explaining?: MetricValues | undefined
}

/** Where an accepted execution lay: what is left of it when its values are not kept any more. */
export interface TrailPoint extends Comparability {
  /** Id of its record. */
  execution: string
  /** ISO 8601. */
  startedAt: string
  /** As in {@link PastExecution}. */
  session?: string | undefined
  /** As in {@link PastExecution}. */
  startsLevel: BaselineMetric[]
  lines: { [M in BaselineMetric]?: BaselineLine }
}

/** What an execution is held against: the committed line, and the history of this environment, newest first. */
export interface Baseline {
  /** Absent when the scenario is new. */
  entry?: BaselineEntry | undefined
  history: PastExecution[]
  /** Where accepted executions of this environment lay, newest first and further back than `history`; absent when nobody kept it. */
  trail?: TrailPoint[] | undefined
  /** Key of the environment that `history` was read for. */
  environmentKey: string
  /** What sessions of this environment differ by as a whole; absent when fewer than two are known. */
  drift?: Drift | undefined
  /** What the scenarios measured before this one in the same session lie off together; absent when they were too few to tell. */
  shared?: Deviation | undefined
}

/** How far times lie from where they lie in the baseline. */
export interface Deviation {
  /** Logarithm of the factor. */
  shift: number
  /** Variance of `shift` by runs alone. */
  variance: number
}

/** How far the times of a whole session lie from those of others, whatever the scenario. */
export interface Drift {
  /** Standard deviation of the logarithm of the factor that a session's times share. */
  deviation: number
  /** Sessions behind it, from 2. */
  sessions: number
}

/** Metrics that are judged against the baseline: collinear ones (cost, total tokens) are reported from these. */
export const comparedMetrics = [
  'workingMs',
  'workingPerOutputTokenMs',
  'ttftMs',
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'steps',
  'modelCalls',
  'toolCalls',
  'costUsd',
] as const satisfies RunMetricName[]

/** Whether `metric` is of the agent, so that it may be committed and compared across machines. */
export function isOfAgent(metric: BaselineMetric): boolean {
  return metric === 'successRatio' || metric.startsWith('scores.') || metricOf(metric)?.of === 'agent'
}

/** Whether a lower value of `metric` is better. */
export function lowerIsBetter(metric: BaselineMetric): boolean {
  return metricOf(metric)?.better === 'lower'
}

/** Whether `metric` is a duration. */
export function isDuration(metric: BaselineMetric): boolean {
  return metricOf(metric)?.unit === 'ms'
}

function metricOf(metric: BaselineMetric): (typeof metrics)[RunMetricName] | undefined {
  const name = runMetricNames.find((one) => one === metric)
  return name === undefined ? undefined : metrics[name]
}

/**
 * The values that a baseline compares, by metric and case. Runs that a limit stopped are left out: their values are bounds, and
 * their number is in `successRatio`, which holds 1 for each ok run and 0 for each other that the agent is answerable for.
 * Degraded runs tell nothing of the machine's metrics: the machine was not the agent's alone.
 *
 * @param from position of the first run that counts @default 0
 */
export function baselineValues(samples: Samples, cases: number, from = 0): MetricValues {
  const values: MetricValues = {}
  const note = (metric: BaselineMetric, index: number, value: number | undefined) => {
    if (value === undefined) return
    values[metric] ??= Array.from({ length: cases }, () => [])
    values[metric][samples.caseIndex[index] ?? 0]?.push(value)
  }
  for (let index = from; index < samples.length; index++) {
    const outcome = outcomeAt(samples, index)
    if (outcome !== 'infrastructure') note('successRatio', index, outcome === 'ok' ? 1 : 0)
    if (!isTimed(samples, index) || isCensored(samples, index)) continue
    const disturbed = samples.degraded[index] === 1
    for (const name of comparedMetrics)
      if (!disturbed || metrics[name].of === 'agent') note(name, index, metrics[name].read(samples, index))
    for (const [name, column] of samples.scores) note(`scores.${name}`, index, valueAt(column, index))
  }
  return values
}

/** Whether `metric` with `values` is compared by logarithms, so that changes are factors; else by differences. */
export function isLogarithmic(metric: BaselineMetric, values: readonly number[][]): boolean {
  if (metric === 'successRatio' || metric.startsWith('scores.')) return false
  return values.every((one) => one.every((value) => value > 0))
}

/**
 * Where the values of one metric lie and how they spread, each case on its own: the location is the mean over the cases of
 * their 20% trimmed means, `within` the standard deviation of values around the location of their case, see {@link pooledSpread}.
 * Both are taken
 * of logarithms, and the location is given back in the metric's unit. Values with a zero among them, success and scores are
 * counted as they are: plain means, and a spread relative to the location.
 *
 * @param values one array for each case, at least one value in all
 * @see METHODOLOGY.md#location
 */
export function lineOf(metric: BaselineMetric, values: readonly number[][]): BaselineLine {
  const known = values.filter((one) => one.length > 0)
  const n = known.reduce((sum, one) => sum + one.length, 0)
  const logarithmic = isLogarithmic(metric, known)
  const scaled = logarithmic ? known.map((one) => one.map(Math.log)) : known
  const centre = mean(scaled.map((one) => locationOf(one, logarithmic)))
  const location = withoutNoise(logarithmic ? Math.exp(centre) : centre)
  const spread = n < 2 ? undefined : deviationWithin(scaled, logarithmic)
  const within = spread === undefined || logarithmic ? spread : spread / shareUnit(location)
  return { n, location, within }
}

// With one value for each case nothing tells noise from the difference between cases: all of it counts as noise.
function deviationWithin(scaled: readonly number[][], logarithmic: boolean): number {
  const spread = pooledSpread(scaled, logarithmic)
  return spread === undefined ? (standardDeviation(scaled.flat()) ?? 0) : Math.sqrt(spread.variance)
}

// Beyond twelve digits there is only the rounding error of logarithms, which would make 42 a 41.999999999999986 in a file.
function withoutNoise(location: number): number {
  return Number(location.toPrecision(12))
}

/** The lines of all metrics in `values` that may be committed. */
export function committedLines(values: MetricValues): BaselineEntry['metrics'] {
  const lines: BaselineEntry['metrics'] = {}
  for (const [name, known] of Object.entries(values)) {
    const metric = name as BaselineMetric
    if (known?.some((one) => one.length > 0) && isOfAgent(metric)) lines[metric] = lineOf(metric, known)
  }
  return lines
}

/** What differs between two executions, in words; empty when they may be compared. */
export function differences(baseline: Comparability, candidate: Comparability): string[] {
  const words = { mode: 'the mode', model: 'the model', load: 'the load', cases: 'the cases' } as const
  return (Object.keys(words) as (keyof typeof words)[])
    .filter((key) => baseline[key] !== candidate[key])
    .map((key) =>
      key === 'cases' ? 'the cases changed' : `${words[key]} changed from "${baseline[key]}" to "${candidate[key]}"`,
    )
}
