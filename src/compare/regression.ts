import {
  type Baseline,
  type Comparability,
  caseLocation,
  differences,
  isDuration,
  isLogarithmic,
  isOfAgent,
  lineOf,
  lowerIsBetter,
  type MetricValues,
} from '../domain/baseline.ts'
import type { BaselineLine, BaselineMetric, Finding } from '../domain/finding.ts'
import { fisherTest } from '../stats/fisher.ts'
import { normalQuantile, normalUpperTail } from '../stats/normal.ts'
import { rankTest } from '../stats/rank-test.ts'

/** A worsening below this share of the baseline is never a regression of a steady metric. */
export const steadyToleranceRatio = 0.05
/** A worsening below this share of the baseline is never a regression of a noisy metric. */
export const smallestEffectRatio = 0.1
/** A time that got worse by less than this is never a regression: timers and schedulers are no finer. */
export const smallestEffectMs = 1
/** Chance at which noise alone is called a worsening, for one metric of one scenario. */
export const falseAlarmRate = 0.01
const power = 0.9

/**
 * Holds every metric of an execution against its baseline.
 *
 * Metrics of the agent are compared with accepted executions, or with the committed line where the history has none; metrics
 * of the machine only with the history of the same environment.
 *
 * @see METHODOLOGY.md#regressions
 */
export function compareWithBaseline(values: MetricValues, candidate: Comparability, baseline: Baseline): Finding[] {
  return Object.entries(values).flatMap(([name, known]) => {
    const metric = name as BaselineMetric
    return known?.some((one) => one.length > 0) ? [compareMetric(metric, known, candidate, baseline)] : []
  })
}

function compareMetric(
  metric: BaselineMetric,
  values: number[][],
  candidate: Comparability,
  baseline: Baseline,
): Finding {
  const line = lineOf(metric, values)
  const notJudged = (reason: string): Finding => ({ metric, status: 'notJudged', candidate: line, reason })
  const changes = baseline.entry === undefined ? [] : differences(baseline.entry, candidate)
  if (changes.length > 0) return notJudged(`${changes.join(' and ')}, so this counts as new`)
  const past = levelOf(metric, candidate, baseline)
  const committed = baseline.entry?.metrics[metric]
  const reference = past.length > 0 ? referenceOf(metric, past) : committed
  if (reference !== undefined) return judge({ metric, candidate: line, baseline: reference, values, past: pool(past) })
  if (isOfAgent(metric)) return { metric, status: 'new', candidate: line }
  return notJudged(`no accepted execution on this kind of machine yet (${baseline.environmentKey})`)
}

/** Values of the metric's current level, by execution and case. */
function levelOf(metric: BaselineMetric, candidate: Comparability, baseline: Baseline): number[][][] {
  const past: number[][][] = []
  for (const execution of baseline.history) {
    const values = execution.values[metric]
    if (values === undefined || differences(execution, candidate).length > 0) continue
    past.push(values)
    if (execution.startsLevel.includes(metric)) break
  }
  return past
}

function referenceOf(metric: BaselineMetric, past: readonly number[][][]): BaselineLine {
  const locations = past.map((values) => lineOf(metric, values).location)
  const between = locations.length < 2 ? undefined : lineOf(metric, [locations]).within
  return { ...lineOf(metric, pool(past)), between }
}

function pool(past: readonly number[][][]): number[][] {
  const cases = Math.max(0, ...past.map((values) => values.length))
  return Array.from({ length: cases }, (_, position) => past.flatMap((values) => values[position] ?? []))
}

interface Pair {
  metric: BaselineMetric
  candidate: BaselineLine
  baseline: BaselineLine
  values: number[][]
  /** Empty when only the committed line is known. */
  past: number[][]
}

function judge(pair: Pair): Finding {
  const { metric, candidate, baseline } = pair
  const found = {
    metric,
    baseline,
    candidate,
    changeRatio: baseline.location === 0 ? undefined : candidate.location / baseline.location - 1,
  }
  const worseRatio = worseningRatio(metric, candidate.location, baseline.location)
  if (candidate.within === 0 && baseline.within === 0) {
    return { ...found, status: statusOf(worseRatio, steadyToleranceRatio), detectableRatio: steadyToleranceRatio }
  }
  const error = standardError(candidate, baseline)
  if (error === undefined)
    return { metric, status: 'notJudged', candidate, reason: 'one run says nothing about noise; measure two or more' }
  const p = probabilities(pair, error)
  const significant = Math.min(p.worse, p.better) < falseAlarmRate
  const tiny = isDuration(metric) && Math.abs(candidate.location - baseline.location) < smallestEffectMs
  const status = significant && !tiny ? statusOf(worseRatio, smallestEffectRatio) : 'same'
  return { ...found, status, p: p.worse, detectableRatio: detectableRatio(error) }
}

/** How much worse the candidate is, as a share of the baseline. A metric that leaves 0 is beyond every tolerance. */
function worseningRatio(metric: BaselineMetric, candidate: number, baseline: number): number {
  const worsening = lowerIsBetter(metric) ? candidate - baseline : baseline - candidate
  if (baseline === 0) return worsening === 0 ? 0 : Math.sign(worsening) * Number.MAX_VALUE
  return worsening / Math.abs(baseline)
}

function statusOf(worseRatio: number, tolerance: number): 'worse' | 'better' | 'same' {
  return worseRatio > tolerance ? 'worse' : worseRatio < -tolerance ? 'better' : 'same'
}

/** Chances that noise alone makes a difference this large, for either direction. */
function probabilities(pair: Pair, error: number): { worse: number; better: number } {
  const { metric, candidate, baseline } = pair
  if (metric === 'successRatio') {
    return {
      worse: fisherTest(failures(candidate), failures(baseline)),
      better: fisherTest(failures(baseline), failures(candidate)),
    }
  }
  const ranks = rankProbabilities(pair)
  if (ranks !== undefined) return ranks
  const shift = shiftOf(metric, candidate.location, baseline.location)
  const z = (lowerIsBetter(metric) ? shift : -shift) / error
  return { worse: normalUpperTail(z), better: normalUpperTail(-z) }
}

function failures({ n, location }: BaselineLine): { failures: number; trials: number } {
  return { failures: Math.round(n * (1 - location)), trials: n }
}

/**
 * The rank test on values aligned by case: each is taken relative to where its case lay in the baseline. Absent when no
 * past values are known.
 */
function rankProbabilities({ metric, values, past }: Pair): { worse: number; better: number } | undefined {
  const logarithmic = isLogarithmic(metric, past) && isLogarithmic(metric, values)
  const scale = (value: number) => (logarithmic ? Math.log(value) : value)
  const locations = past.map((one) => (one.length === 0 ? undefined : caseLocation(one.map(scale), logarithmic)))
  const align = (all: readonly number[][]) =>
    all.flatMap((one, position) => {
      const location = locations[position]
      return location === undefined ? [] : one.map((value) => scale(value) - location)
    })
  const aligned = align(values)
  const reference = align(past)
  if (aligned.length === 0 || reference.length === 0) return undefined
  const greater = rankTest(aligned, reference, 'greater').p
  const less = rankTest(aligned, reference, 'less').p
  return lowerIsBetter(metric) ? { worse: greater, better: less } : { worse: less, better: greater }
}

function shiftOf(metric: BaselineMetric, candidate: number, baseline: number): number {
  const logarithmic = isLogarithmic(metric, [[candidate, baseline]])
  if (logarithmic) return Math.log(candidate / baseline)
  return baseline === 0 ? candidate : (candidate - baseline) / Math.abs(baseline)
}

/** Smallest worsening found in 90% of executions: (z at the false-alarm rate + z at the power) standard errors. */
function detectableRatio(error: number): number {
  const z = normalQuantile(1 - falseAlarmRate) + normalQuantile(power)
  return Math.max(smallestEffectRatio, Math.expm1(z * error))
}

/** Standard error of the difference of two locations' logarithms; absent when neither side knows its noise. */
function standardError(candidate: BaselineLine, baseline: BaselineLine): number | undefined {
  const within = [candidate.within ?? baseline.within, baseline.within ?? candidate.within]
  if (within[0] === undefined || within[1] === undefined) return undefined
  return Math.sqrt(within[0] ** 2 / candidate.n + within[1] ** 2 / baseline.n + (baseline.between ?? 0) ** 2)
}
