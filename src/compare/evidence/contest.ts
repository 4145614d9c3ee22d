import {
  type Baseline,
  type Comparability,
  differences,
  isDuration,
  isLogarithmic,
  isOfAgent,
  lineOf,
  lowerIsBetter,
} from '../../domain/baseline.ts'
import type { BaselineLine, BaselineMetric, Finding } from '../../domain/finding.ts'
import { shareUnit } from '../../domain/spread.ts'
import { bySession } from './by-session.ts'
import { commonCases, executionLocation, inCases, type Layout, layoutOf } from './layout.ts'
import { type Noise, noiseOf, noiseOfLines } from './noise.ts'

/** A metric's values and what they are held against. */
export interface Contest {
  metric: BaselineMetric
  line: BaselineLine
  reference: BaselineLine
  /** Positions of the cases that both sides know; all that it has where only the committed line is known. */
  cases: number[]
  /** Of `cases`. */
  values: number[][]
  /** By session and case; empty when only the committed line is known. */
  past: number[][][]
  /** Absent when only the committed line is known. */
  layout: Layout | undefined
  /** How much worse the candidate is, on the scale on which they are compared. */
  shift: number
  /** Whether `shift` is the logarithm of a factor, else a share of the baseline. */
  logarithmic: boolean
  /** Sessions of past executions that it is held against; 1 for the committed line. */
  executions: number
  /** What was taken off `shift`, because the session as a whole lies off; absent when nothing was. */
  shared?: number | undefined
  /** Absent of success, which is judged by counts, and where nothing tells of it. */
  noise: Noise | undefined
}

/**
 * What `metric` of a candidate is held against: past executions, else the committed line. A finding where there is nothing, or
 * nothing that may be compared.
 */
export function contestOf(
  metric: BaselineMetric,
  values: number[][],
  comparability: Comparability,
  baseline: Baseline,
): Contest | Finding {
  const line = lineOf(metric, values)
  const notJudged = (reason: string): Finding => ({ metric, status: 'notJudged', candidate: line, reason })
  const changes = baseline.entry === undefined ? [] : differences(baseline.entry, comparability)
  if (changes.length > 0) return notJudged(`${changes.join(' and ')}, so this counts as new`)
  const against = contestOfPast(metric, values, levelOf(metric, comparability, baseline), baseline.drift)
  if (against !== undefined) return withoutShared(against, baseline.shared)
  const reference = baseline.entry?.metrics[metric]
  if (reference !== undefined) {
    const shift = shiftOfLines(metric, line, reference)
    const logarithmic = isLogarithmic(metric, [[line.location, reference.location]])
    const noise = metric === 'successRatio' ? undefined : noiseOfLines(metric, line, reference, values, baseline.drift)
    const cases = [...values.keys()]
    const alone = { metric, line, reference, cases, values, past: [], layout: undefined }
    return { ...alone, shift, logarithmic, noise, executions: 1 }
  }
  if (isOfAgent(metric)) return { metric, status: 'new', candidate: line }
  return notJudged(`no accepted execution on this kind of machine yet (${baseline.environmentKey})`)
}

/** `values` against `level`; absent when no case has values on both sides. */
function contestOfPast(
  metric: BaselineMetric,
  values: number[][],
  level: readonly number[][][],
  drift: Baseline['drift'],
): Contest | undefined {
  // A case that one side lacks says nothing, and would be a change of mix in every mean.
  const cases = commonCases(values, level)
  const own = inCases(values, cases)
  const past = level.map((one) => inCases(one, cases)).filter((one) => one.some((known) => known.length > 0))
  const layout = layoutOf(metric, own, past)
  if (layout === undefined) return undefined
  return {
    metric,
    line: lineOf(metric, own),
    reference: referenceOf(metric, past),
    cases,
    values: own,
    past,
    layout,
    shift: executionLocation(layout.candidate, layout.logarithmic) ?? 0,
    logarithmic: layout.logarithmic,
    executions: past.length,
    noise: metric === 'successRatio' ? undefined : noiseOf(metric, layout, drift),
  }
}

// What scenarios of one machine differ by when what they share is taken off.
const ownDeviation = 0.01

/** `contest` without what the scenarios before it lie off together, which is the machine's or the provider's. */
function withoutShared(contest: Contest, shared: Baseline['shared']): Contest {
  const { metric, layout, noise } = contest
  if (shared === undefined || !isDuration(metric) || layout?.logarithmic !== true || noise === undefined) return contest
  if (metric === 'ttftMs') return movedBy(contest, layout, explainedBy(shared.shift, contest.shift))
  const beyondShared = noise.drift.own ?? 0
  const drift = {
    variance: (shared.variance + ownDeviation ** 2) / (1 + 1 / noise.executions) + beyondShared,
    degrees: noise.drift.degrees,
  }
  return { ...movedBy(contest, layout, shared.shift), noise: { ...noise, drift } }
}

// What all times share is known of whole runs. The first token shares it or not: no more is taken off it than it lies off itself.
function explainedBy(shared: number, shift: number): number {
  return Math.min(Math.max(shift, Math.min(0, shared)), Math.max(0, shared))
}

function movedBy(contest: Contest, layout: Layout, shared: number): Contest {
  const candidate = layout.candidate.map((one) => one.map((value) => value - shared))
  return { ...contest, layout: { ...layout, candidate }, shared, shift: contest.shift - shared }
}

/** Values of the metric's current level, by session and case, newest first. */
function levelOf(metric: BaselineMetric, candidate: Comparability, baseline: Baseline): number[][][] {
  const past: { session?: string | undefined; values: number[][] }[] = []
  for (const execution of baseline.history) {
    const values = execution.values[metric]
    if (values === undefined || differences(execution, candidate).length > 0) continue
    if (isOfAnotherLevel(execution.committed?.[metric], baseline.entry?.metrics[metric])) break
    past.push({ session: execution.session, values })
    if (execution.startsLevel.includes(metric)) break
  }
  return bySession(past).map((session) => pool(session.map((one) => one.values)))
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

/** The values of all of `past` by case. */
export function pool(past: readonly number[][][]): number[][] {
  const cases = Math.max(0, ...past.map((values) => values.length))
  return Array.from({ length: cases }, (_, position) => past.flatMap((values) => values[position] ?? []))
}

function shiftOfLines(metric: BaselineMetric, candidate: BaselineLine, baseline: BaselineLine): number {
  const sign = lowerIsBetter(metric) ? 1 : -1
  if (isLogarithmic(metric, [[candidate.location, baseline.location]]))
    return sign * Math.log(candidate.location / baseline.location)
  return (sign * (candidate.location - baseline.location)) / shareUnit(baseline.location)
}

/** The shift as a share of the baseline. */
export function ratioOf({ logarithmic, shift }: Pick<Contest, 'logarithmic' | 'shift'>): number {
  return logarithmic ? Math.expm1(shift) : shift
}

/** The shift that a share of the baseline is. */
export function shiftOfRatio({ logarithmic }: Pick<Contest, 'logarithmic'>, ratio: number): number {
  return logarithmic ? Math.log1p(ratio) : ratio
}
