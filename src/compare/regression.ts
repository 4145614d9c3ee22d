import {
  type Baseline,
  type Comparability,
  differences,
  isDuration,
  isOfAgent,
  lineOf,
  lowerIsBetter,
  type MetricValues,
} from '../domain/baseline.ts'
import type { BaselineLine, BaselineMetric, Finding } from '../domain/finding.ts'
import { type Evidence, evidenceOf, noiseOf, type Pair, type Rule } from './evidence.ts'
import { successEvidence } from './success.ts'

/** A worsening below this share of the baseline is never a regression of a steady metric. */
export const steadyToleranceRatio = 0.05
/** A worsening below this share of the baseline is never a regression of a noisy metric. */
export const smallestEffectRatio = 0.1
/** A time that got worse by less than this is never a regression: timers and schedulers are no finer. */
export const smallestEffectMs = 1
/** Chance at which noise alone is called a worsening, for one metric of one scenario. */
export const falseAlarmRate = 0.01
const rule: Rule = { falseAlarmRate, smallestEffectRatio, powerRatio: 0.9 }

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
  if (reference !== undefined)
    return judge({ metric, candidate: line, baseline: reference, values, past: pool(past), executions: past.length })
  if (isOfAgent(metric)) return { metric, status: 'new', candidate: line }
  return notJudged(`no accepted execution on this kind of machine yet (${baseline.environmentKey})`)
}

/** Values of the metric's current level, by execution and case. */
function levelOf(metric: BaselineMetric, candidate: Comparability, baseline: Baseline): number[][][] {
  const past: number[][][] = []
  for (const execution of baseline.history) {
    const values = execution.values[metric]
    if (values === undefined || differences(execution, candidate).length > 0) continue
    if (isOfAnotherLevel(execution.committed?.[metric], baseline.entry?.metrics[metric])) break
    past.push(values)
    if (execution.startsLevel.includes(metric)) break
  }
  return past
}

// A level that somebody else accepted reaches this machine with the committed file; its history knows only older ones.
function isOfAnotherLevel(committed: number | undefined, line: BaselineLine | undefined): boolean {
  return committed !== undefined && line !== undefined && committed !== line.location
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

function judge(pair: Pair): Finding {
  const { metric, candidate, baseline } = pair
  const found = {
    metric,
    baseline,
    candidate,
    changeRatio: baseline.location === 0 ? undefined : candidate.location / baseline.location - 1,
  }
  const worseRatio = worseningRatio(metric, candidate.location, baseline.location)
  const byNoise = ({ worse, better, detectableRatio }: Evidence): Finding => {
    const change = statusOf(worseRatio, smallestEffectRatio)
    const p = change === 'better' ? better : worse
    const status = p < falseAlarmRate && !isTiny(pair) ? change : 'same'
    return { ...found, status, p: status === 'better' ? better : worse, detectableRatio }
  }
  if (metric === 'successRatio') return byNoise(successEvidence(candidate, baseline, rule))
  const noise = noiseOf(pair)
  if (noise === undefined)
    return { metric, status: 'notJudged', candidate, reason: 'one run says nothing about noise; measure two or more' }
  if (noise.runs > 0) return byNoise(evidenceOf(pair, noise, rule))
  return { ...found, status: statusOf(worseRatio, steadyToleranceRatio), detectableRatio: steadyToleranceRatio }
}

function isTiny({ metric, candidate, baseline }: Pair): boolean {
  return isDuration(metric) && Math.abs(candidate.location - baseline.location) < smallestEffectMs
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
