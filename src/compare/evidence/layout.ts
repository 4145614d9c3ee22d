import { isLogarithmic, lowerIsBetter } from '../../domain/baseline.ts'
import type { BaselineMetric } from '../../domain/finding.ts'
import { locationOf, shareUnit } from '../../domain/spread.ts'
import { mean } from '../../stats/moments.ts'

/**
 * One metric of a candidate and of past executions on the scale on which they are compared: logarithms, or shares of the baseline.
 * Each value is taken relative to where its case lies in the baseline, so that cases are not mixed up, and greater is worse.
 */
export interface Layout {
  /** Whether a location is a trimmed mean of logarithms, else a plain mean. */
  logarithmic: boolean
  /** The candidate's values by case; of cases that the baseline knows too. */
  candidate: number[][]
  /** Those of each past execution by case. */
  past: number[][][]
}

/** Positions of the cases that have values on both sides. */
export function commonCases(values: readonly number[][], past: readonly number[][][]): number[] {
  return values.flatMap((own, position) =>
    own.length > 0 && past.some((one) => (one[position]?.length ?? 0) > 0) ? [position] : [],
  )
}

/** The values of `execution` in the cases at `positions`. */
export function inCases(execution: readonly number[][], positions: readonly number[]): number[][] {
  return positions.map((position) => execution[position] ?? [])
}

/** The layout of `values` against `past`; absent when no case has values on both sides. */
export function layoutOf(
  metric: BaselineMetric,
  values: readonly number[][],
  past: readonly number[][][],
): Layout | undefined {
  const cases = commonCases(values, past)
  if (cases.length === 0) return undefined
  const pick = (execution: readonly number[][]) => inCases(execution, cases)
  const logarithmic = [values, ...past].every((one) => isLogarithmic(metric, pick(one)))
  const pooled = cases.map((position) => past.flatMap((execution) => execution[position] ?? []))
  const scale = scaleOf(pooled, logarithmic)
  const sign = lowerIsBetter(metric) ? 1 : -1
  const origins = pooled.map((one) => locationOf(one.map(scale), logarithmic))
  const align = (execution: readonly number[][]) =>
    pick(execution).map((one, position) => one.map((value) => sign * (scale(value) - (origins[position] ?? 0))))
  return { logarithmic, candidate: align(values), past: past.map(align) }
}

// From 0 there is no share of the baseline: the whole of the candidate is the shift.
function scaleOf(pooled: readonly number[][], logarithmic: boolean): (value: number) => number {
  if (logarithmic) return Math.log
  const level = shareUnit(mean(pooled.map((one) => mean(one))))
  return (value) => value / level
}

/** Where an execution lies: the mean over the cases that it has values of. Absent when it has none. */
export function executionLocation(execution: readonly number[][], logarithmic: boolean): number | undefined {
  const known = execution.filter((one) => one.length > 0)
  return known.length === 0 ? undefined : mean(known.map((one) => locationOf(one, logarithmic)))
}

/** What the variance of a single value is multiplied by to give that of the location of `execution`. */
export function locationWeight(execution: readonly (readonly number[])[]): number {
  const known = execution.filter((one) => one.length > 0)
  return known.reduce((sum, one) => sum + 1 / one.length, 0) / known.length ** 2
}
