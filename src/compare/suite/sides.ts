import { baselineValues, isLogarithmic, lineOf, lowerIsBetter, type MetricValues } from '../../domain/baseline.ts'
import { fromColumns } from '../../domain/columns.ts'
import type { BaselineMetric, Finding } from '../../domain/finding.ts'
import type { ExecutionRecord } from '../../domain/record.ts'
import { shareUnit } from '../../domain/spread.ts'
import { mean } from '../../stats/moments.ts'
import { findingOf } from '../assess.ts'
import type { Contest } from '../evidence/contest.ts'
import { followed } from '../evidence/follow.ts'
import { executionLocation } from '../evidence/layout.ts'
import { inOrder, noiseOfPairs } from '../evidence/noise.ts'
import { withWorthwhile } from '../evidence/per-token.ts'
import { matureExecutions, screenEffectRatio, screenRate } from '../evidence/rule.ts'
import { familyRate } from './family.ts'

// What a version changed is mostly the same for all cases, so that most of the chance of an error is spent on all pairs together; the
// rest on the mean over the cases, which a single case moves that all together would trim off.
const pooledWeight = 0.8

/** The two versions of a scenario that took turns. */
export interface Sides {
  base: ExecutionRecord
  candidate: ExecutionRecord
}

/**
 * Holds a candidate against a version that took turns with it on the same machine. Each run is compared with the one of the same
 * case and turn on the other side, so that what neighbours share, the state of the machine above all, is in no difference. The p
 * are those of single tests; `judgedTogether` adjusts them.
 *
 * @param passes how often the two took turns: once, and once more where that showed something
 */
export function compareSides(passes: readonly Sides[]): Finding[] {
  const matched = passes.map(inPairs)
  const own = joined(matched.map(({ candidate }) => candidate))
  const before = joined(matched.map(({ base }) => base))
  const tested = Object.entries(withWorthwhile(own, [before])).flatMap(([name, values]) => {
    const past = before[name as BaselineMetric]
    return values === undefined || past === undefined ? [] : [{ metric: name as BaselineMetric, values, past }]
  })
  // What would be found depends on how many tests are made; those of other scenarios are not known here.
  const rate = familyRate / Math.max(1, tested.length)
  const findings = tested.flatMap(({ metric, values, past }) => comparePairs(metric, values, past, rate) ?? [])
  return findings.map((finding) => followed(finding, findings))
}

/** Whether something looks worse in `findings` of a first pass, so that a second one should say whether it is. */
export function shouldConfirm(findings: readonly Finding[]): boolean {
  return findings.some(
    (finding) =>
      finding.p !== undefined &&
      finding.follows === undefined &&
      finding.status !== 'better' &&
      finding.p < screenRate &&
      isWorthConfirming(finding),
  )
}

function isWorthConfirming({ metric, changeRatio }: Finding): boolean {
  // What left 0 is beyond every share, and one dead case of many is news however little it is of all.
  if (changeRatio === undefined || metric === 'successRatio') return true
  return (lowerIsBetter(metric) ? changeRatio : -changeRatio) > screenEffectRatio
}

/** The values of both sides, as many of each case as both have, so that those of the next pass stay beside one another. */
function inPairs(pass: Sides): { base: MetricValues; candidate: MetricValues } {
  const before = valuesOf(pass.base)
  const own = valuesOf(pass.candidate)
  return { base: cut(before, own), candidate: cut(own, before) }
}

function cut(values: MetricValues, other: MetricValues): MetricValues {
  const matched = Object.entries(values).map(([name, cases]) => {
    const metric = name as BaselineMetric
    // Success is counted, and its runs are in no pairs.
    if (metric === 'successRatio') return [metric, cases]
    return [metric, cases?.map((one, position) => one.slice(0, other[metric]?.[position]?.length ?? 0))]
  })
  return Object.fromEntries(matched) as MetricValues
}

function joined(passes: readonly MetricValues[]): MetricValues {
  const [first = {}, ...others] = passes
  return others.reduce((all, next) => {
    const both = Object.entries(all).map(([metric, cases]) => [
      metric,
      cases?.map((one, position) => [...one, ...(next[metric as BaselineMetric]?.[position] ?? [])]),
    ])
    return Object.fromEntries(both) as MetricValues
  }, first)
}

function comparePairs(metric: BaselineMetric, values: number[][], past: number[][], rate: number): Finding | undefined {
  const pairs = values.map((own, position) => paired(own, past[position] ?? []))
  if (!pairs.some((one) => one.length > 0)) return undefined
  const decide = (contest: Contest, worseRate: number) =>
    withoutExecutions(
      findingOf(contest, {
        planned: contest.line.n,
        fresh: 0,
        worseRate,
        confirmation: () => 'agrees',
        isConfirmed: false,
      }),
    )
  if (metric === 'successRatio' || pairs.length === 1)
    return decide(contestOfPairs(metric, pairs, values, past, false), rate)
  const pooled = decide(contestOfPairs(metric, pairs, values, past, true), rate * pooledWeight)
  const byCase = decide(contestOfPairs(metric, pairs, values, past, false), rate * (1 - pooledWeight))
  return strongerOf(pooled, byCase)
}

/** Versions that take turns are held against no past execution. */
function withoutExecutions({ executions: _none, ...finding }: Finding): Finding {
  return finding
}

/** The one of two findings that says more, its p the chance that either says as much. */
function strongerOf(pooled: Finding, byCase: Finding): Finding {
  // Where no case varies, what one of them changed by is exact, and no spread.
  if (byCase.p === undefined) return byCase
  if (pooled.p === undefined || pooled.status === 'better') return pooled
  const p = Math.min(1, pooled.p / pooledWeight)
  const other = byCase.status === 'better' ? 1 : Math.min(1, byCase.p / (1 - pooledWeight))
  return other < p ? { ...byCase, p: other, detectableRatio: pooled.detectableRatio } : { ...pooled, p }
}

/** The values of `record` by metric and case; empty when it kept none. */
export function valuesOf({ samples, plan }: ExecutionRecord): MetricValues {
  return samples === undefined ? {} : baselineValues(fromColumns([samples]), plan.cases.length)
}

/** @param pooled whether the location is that of all pairs together, else the mean over the cases */
function contestOfPairs(
  metric: BaselineMetric,
  pairs: readonly [number, number][][],
  values: number[][],
  past: number[][],
  pooled: boolean,
): Contest {
  const sides = [0, 1].map((side) => pairs.map((one) => one.map((pair) => pair[side] ?? 0)))
  const [own = [], other = []] = metric === 'successRatio' ? [values, past] : sides
  const logarithmic = isLogarithmic(metric, [...own, ...other])
  const level = shareUnit(mean(other.flat()))
  const sign = lowerIsBetter(metric) ? 1 : -1
  const byCase = pairs
    .filter((one) => one.length > 0)
    .map((one) =>
      one.map(([after, before]) => sign * (logarithmic ? Math.log(after / before) : (after - before) / level)),
    )
  const differences = pooled ? [inOrder(byCase)] : byCase
  return {
    metric,
    line: lineOf(metric, own),
    reference: lineOf(metric, other),
    cases: [...values.keys()],
    values: own,
    past: [other],
    layout: undefined,
    shift: executionLocation(differences, logarithmic) ?? 0,
    logarithmic,
    noise: metric === 'successRatio' ? undefined : noiseOfPairs(differences, logarithmic),
    // Nothing of what makes a young baseline uncertain is between neighbours.
    executions: matureExecutions,
  }
}

function paired(own: readonly number[], other: readonly number[]): [number, number][] {
  return own.slice(0, other.length).map((value, turn) => [value, other[turn] ?? value])
}
