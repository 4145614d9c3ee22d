import { caseLocation, isLogarithmic, lowerIsBetter } from '../domain/baseline.ts'
import type { BaselineLine, BaselineMetric } from '../domain/finding.ts'
import { normalQuantile, normalUpperTail } from '../stats/normal.ts'
import { rankTest } from '../stats/rank-test.ts'
import { studentQuantile, studentUpperTail } from '../stats/student.ts'

/** What counts as a regression. */
export interface Rule {
  /** Chance at which noise alone is called a worsening. */
  falseAlarmRate: number
  /** A worsening up to this share of the baseline is none. */
  smallestEffectRatio: number
  /** Share of executions in which what "could be seen" is seen. */
  powerRatio: number
}

/** A metric's values and what they are held against. */
export interface Pair {
  metric: BaselineMetric
  candidate: BaselineLine
  baseline: BaselineLine
  /** By case. */
  values: number[][]
  /** Those of the past executions together, by case; empty when only the committed line is known. */
  past: number[][]
  /** Past executions behind `past`. */
  executions: number
}

/** What noise alone could do. */
export interface Evidence {
  /** Probability that noise alone makes a worsening this large. */
  worse: number
  /** Likewise for an improvement. */
  better: number
  /** The smallest worsening that would be found, as a share of the baseline; absent when none would, or the baseline lies at 0. */
  detectableRatio?: number | undefined
}

/** Standard errors of the difference of two locations, on the scale on which they are compared. */
export interface Noise {
  /** From the spread of runs alone. */
  runs: number
  /** With what executions differ by beyond it. */
  total: number
}

/** The noise of `pair`. A side with a single run is taken to spread as the other; absent when both had one. */
export function noiseOf({ candidate, baseline, executions }: Pair): Noise | undefined {
  const own = candidate.within ?? baseline.within
  const other = baseline.within ?? candidate.within
  if (own === undefined || other === undefined) return undefined
  const baselineVariance = other ** 2 / baseline.n
  const runs = own ** 2 / candidate.n + baselineVariance
  const drift = driftOf(baseline, baselineVariance * executions, executions)
  return { runs: Math.sqrt(runs), total: Math.sqrt(runs + drift) }
}

/**
 * Variance that drift adds to the difference of the two sides: that of the locations of past executions, beyond that by which they
 * differ for the `spread` of their runs already.
 */
function driftOf({ between = 0 }: BaselineLine, spread: number, executions: number): number {
  // The candidate drifts once, and the mean of the past executions has drifted too.
  return Math.max(0, between ** 2 - spread) * (1 + 1 / Math.max(1, executions))
}

/**
 * What noise alone could do to `pair`: by the rank test where past values are known (with several past executions also by the
 * shift over what they differ by), else by the normal tail of the shift over its standard error. Runs so few that no order of
 * them could reach the false-alarm rate are judged by Student's test.
 */
export function evidenceOf(pair: Pair, noise: Noise, rule: Rule): Evidence {
  const power = normalQuantile(rule.powerRatio)
  const critical = normalQuantile(1 - rule.falseAlarmRate)
  if (pair.past.length === 0) {
    const tail = (shift: number) => normalUpperTail(shift / noise.total)
    return {
      ...byShift(pair, tail),
      detectableRatio: detectableRatio(pair, rule, critical * noise.total, power * noise.total),
    }
  }
  const ranks = rankEvidence(pair, rule.falseAlarmRate)
  if (ranks === undefined) return studentEvidence(pair, rule)
  if (pair.executions < 2)
    return { ...ranks, detectableRatio: detectableRatio(pair, rule, critical * noise.runs, power * noise.total) }
  // Ranks know nothing of what executions differ by: the shift must stand out from that as well.
  const shifts = byShift(pair, (shift) => normalUpperTail(shift / noise.total))
  return {
    worse: Math.max(ranks.worse, shifts.worse),
    better: Math.max(ranks.better, shifts.better),
    detectableRatio: detectableRatio(pair, rule, critical * noise.total, power * noise.total),
  }
}

/** Student's test of the shift, runs of both sides spreading alike: "The Probable Error of a Mean", Biometrika 6 (1908). */
function studentEvidence(pair: Pair, rule: Rule): Evidence {
  const { candidate, baseline, values, executions } = pair
  const cases = values.filter((one) => one.length > 0).length
  const sides = [candidate, baseline].flatMap(({ n, within }) =>
    within === undefined ? [] : [{ within, freedom: n > cases ? n - cases : n - 1 }],
  )
  const freedom = sides.reduce((sum, side) => sum + side.freedom, 0)
  const squares = sides.reduce((sum, side) => sum + side.freedom * side.within ** 2, 0)
  const variance = squares / freedom
  const drift = driftOf(baseline, (variance / baseline.n) * executions, executions)
  const error = Math.sqrt(variance / candidate.n + variance / baseline.n + drift)
  const tail = (shift: number) => studentUpperTail(shift / error, freedom)
  const critical = -studentQuantile(rule.falseAlarmRate, freedom)
  return {
    ...byShift(pair, tail),
    detectableRatio: detectableRatio(pair, rule, critical * error, normalQuantile(rule.powerRatio) * error),
  }
}

/**
 * The smallest worsening that is beyond the smallest effect, and significant, in the wanted share of executions.
 *
 * @param criticalShift from which on a shift is significant
 * @param marginShift by which an execution falls short of the true shift in the unwanted share
 */
function detectableRatio(
  { metric, candidate, baseline }: Pair,
  { smallestEffectRatio }: Rule,
  criticalShift: number,
  marginShift: number,
): number | undefined {
  if (baseline.location === 0) return undefined
  if (!isLogarithmic(metric, [[candidate.location, baseline.location]]))
    return Math.max(criticalShift, smallestEffectRatio) + marginShift
  const ratio = Math.expm1(Math.max(criticalShift, Math.log1p(smallestEffectRatio)) + marginShift)
  return Number.isFinite(ratio) ? ratio : undefined
}

function byShift({ metric, candidate, baseline }: Pair, tail: (shift: number) => number): Evidence {
  const shift = shiftOf(metric, candidate.location, baseline.location)
  const worsening = lowerIsBetter(metric) ? shift : -shift
  return { worse: tail(worsening), better: tail(-worsening) }
}

// From 0 there is no share of the baseline: the whole of the candidate is the shift.
function shiftOf(metric: BaselineMetric, candidate: number, baseline: number): number {
  if (isLogarithmic(metric, [[candidate, baseline]])) return Math.log(candidate / baseline)
  return baseline === 0 ? Math.sign(candidate) : (candidate - baseline) / Math.abs(baseline)
}

/**
 * The rank test on values aligned by case: each is taken relative to where its case lay in the baseline. Absent when so few
 * runs cannot reach `falseAlarmRate` in any order.
 */
function rankEvidence({ metric, values, past }: Pair, falseAlarmRate: number): Evidence | undefined {
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
  if (aligned.length === 0 || leastProbability(aligned, reference) >= falseAlarmRate) return undefined
  const greater = rankTest(aligned, reference, 'greater').p
  const less = rankTest(aligned, reference, 'less').p
  return lowerIsBetter(metric) ? { worse: greater, better: less } : { worse: less, better: greater }
}

/** The p-value that `values` would have if all of them lay above all of `reference`. */
function leastProbability(values: readonly number[], reference: readonly number[]): number {
  const highest = reference.reduce((most, value) => Math.max(most, value))
  const lowest = values.reduce((least, value) => Math.min(least, value))
  const above = values.map((value) => value - lowest + highest + 1)
  return rankTest(above, reference, 'greater').p
}
