import { type Drift, isLogarithmic } from '../../domain/baseline.ts'
import type { BaselineLine, BaselineMetric } from '../../domain/finding.ts'
import { pooledSpread, type Spread, shareUnit } from '../../domain/spread.ts'
import { designEffect, rankAutocorrelation } from '../../stats/autocorrelation.ts'
import { mean } from '../../stats/moments.ts'
import { type Between, type DriftSpread, driftOf } from './drift.ts'
import { executionLocation, type Layout, locationWeight } from './layout.ts'
import { matureExecutions } from './rule.ts'

/** What moves the location of a candidate against that of its baseline when nothing has changed. */
export interface Noise {
  /** Of single values around where their case lies in their execution. */
  values: Spread
  /** How many times greater the variance of a mean is because neighbours are alike, from 1. */
  designEffect: number
  /** What `values.variance` is multiplied by to give the variance of the candidate's location. */
  candidateWeight: number
  /** Likewise of the baseline's. */
  baselineWeight: number
  /** Variance of the locations of executions beyond it. */
  drift: DriftSpread
  /** Past sessions: as many of one size as are as uncertain together as these. */
  executions: number
}

/** Whether nothing ever varied, so that every difference is one. */
export function isSteady({ values, drift }: Noise): boolean {
  return values.variance === 0 && drift.variance === 0
}

/** The noise of `layout`; absent when nothing tells of it, because there is one value on each side. */
export function noiseOf(metric: BaselineMetric, layout: Layout, shared: Drift | undefined): Noise | undefined {
  const { candidate, past, logarithmic } = layout
  const executions = [...past, candidate]
  const values = pooledSpread(executions.flat(), logarithmic) ?? spreadAcrossCases(executions)
  if (values === undefined) return undefined
  const effect = designEffect(autocorrelationOf(executions))
  const cases = candidate.map((_, position) => past.flatMap((one) => one[position] ?? []))
  return {
    values,
    designEffect: effect,
    candidateWeight: locationWeight(candidate),
    baselineWeight: locationWeight(cases),
    drift: driftOf(metric, betweenOf(past, logarithmic, values.variance * effect), shared),
    executions: effectiveCount(past),
  }
}

/** How many groups of one size count as much as `groups` (Kish 1965): what one of them drifts by weighs as much as its values. */
function effectiveCount(groups: readonly number[][][]): number {
  const sizes = groups.map((cases) => cases.reduce((sum, one) => sum + one.length, 0))
  const all = sizes.reduce((sum, size) => sum + size, 0)
  return all ** 2 / sizes.reduce((sum, size) => sum + size ** 2, 0)
}

/**
 * The noise of a candidate's line against a committed one, whose values are not known: its runs are taken to fall on the cases as
 * those of the candidate do.
 *
 * @param values the candidate's, by case
 */
export function noiseOfLines(
  metric: BaselineMetric,
  candidate: BaselineLine,
  baseline: BaselineLine,
  values: readonly number[][],
  shared: Drift | undefined,
): Noise | undefined {
  const cases = values.filter((one) => one.length > 0).length
  const trimmed = isLogarithmic(metric, values)
  const logarithmic = isLogarithmic(metric, [[candidate.location, baseline.location]])
  // A line's spread is a share of where that line lies, and the shift one of where the baseline does.
  const unitOf = ({ location }: BaselineLine) => (logarithmic ? 1 : shareUnit(location) / shareUnit(baseline.location))
  const known = [candidate, baseline].flatMap((line) =>
    line.within === undefined || line.n < 2
      ? []
      : [{ variance: (line.within * unitOf(line)) ** 2, degrees: degreesOfLine(line.n, cases, trimmed) }],
  )
  const degrees = known.reduce((sum, one) => sum + one.degrees, 0)
  if (degrees === 0) return undefined
  const variance = known.reduce((sum, one) => sum + one.variance * one.degrees, 0) / degrees
  const effect = designEffect(expectedAutocorrelation)
  const between = baseline.between && {
    variance: baseline.between ** 2,
    // Runs of one execution, without those that confirmed or filled.
    explained: (variance * effect) / Math.min(baseline.n, candidate.n),
    degrees: matureExecutions - 1,
  }
  return {
    values: { variance, degrees },
    designEffect: effect,
    candidateWeight: 1 / candidate.n,
    baselineWeight: 1 / baseline.n,
    drift: driftOf(metric, between || undefined, shared),
    executions: 1,
  }
}

// One degree of freedom less than values kept, in each case; with one run of each, the line holds the spread of all of them.
function degreesOfLine(n: number, cases: number, trimmed: boolean): number {
  const runs = Math.max(1, Math.round(n / cases))
  const kept = trimmed ? runs - 2 * Math.floor(0.2 * runs) : runs
  return runs === 1 ? n - 1 : Math.max(1, Math.round(n / runs) * (kept - 1))
}

/**
 * The noise of differences between runs that took turns, by case: each is of a run and its neighbour on the other side, so that
 * neither has a drift of its own. Absent with one difference.
 */
export function noiseOfPairs(differences: readonly number[][], logarithmic: boolean): Noise | undefined {
  // With one pair of each case the location is a plain mean, which a trimmed spread would be too small for.
  const values = pooledSpread(differences, logarithmic) ?? pooledSpread([differences.flat()], false)
  if (values === undefined) return undefined
  return {
    values,
    designEffect: designEffect(autocorrelationOf([differences.map((one) => [...one])])),
    candidateWeight: locationWeight(differences),
    baselineWeight: 0,
    drift: { variance: 0, degrees: 1 },
    executions: 1,
  }
}

/**
 * With one value of each case in each execution: what is left when what an execution and what a case shares is taken off. Absent
 * with one execution or one case.
 */
function spreadAcrossCases(executions: readonly number[][][]): Spread | undefined {
  const known = executions.filter((one) => one.every((values) => values.length > 0))
  const cases = known[0]?.length ?? 0
  const degrees = (known.length - 1) * (cases - 1)
  if (degrees < 1) return undefined
  const rows = known.map((one) => one.map((values) => mean(values)))
  const columns = Array.from({ length: cases }, (_, position) => mean(rows.map((row) => row[position] ?? 0)))
  const all = mean(columns)
  let squares = 0
  for (const row of rows) {
    const own = mean(row)
    for (const [position, value] of row.entries()) squares += (value - own - (columns[position] ?? 0) + all) ** 2
  }
  return { variance: squares / degrees, degrees }
}

// Neighbours share something before anybody has seen it; believed as much as forty pairs of neighbours that show it.
const expectedAutocorrelation = 0.1
const expectedPairs = 40

/** Of neighbouring values within executions, in the order in which rounds take the cases. */
function autocorrelationOf(executions: readonly number[][][]): number {
  let pairs = expectedPairs
  let sum = expectedPairs * expectedAutocorrelation
  for (const execution of executions) {
    const values = inOrder(execution)
    const found = values.length < 8 ? undefined : rankAutocorrelation(values)
    if (found === undefined) continue
    pairs += values.length
    sum += values.length * found
  }
  return Math.max(0, sum / pairs)
}

/** The values of `execution` in the order in which they were measured: rounds take one of each case in turn. */
export function inOrder(execution: readonly (readonly number[])[]): number[] {
  const [only] = execution
  if (only !== undefined && execution.length === 1) return [...only]
  const rounds = Math.max(...execution.map((one) => one.length))
  return Array.from({ length: rounds }, (_, round) => execution.flatMap((one) => one.slice(round, round + 1))).flat()
}

function betweenOf(past: readonly number[][][], logarithmic: boolean, variance: number): Between | undefined {
  const located = past.flatMap((execution) => {
    const location = executionLocation(execution, logarithmic)
    return location === undefined ? [] : [{ location, explained: variance * locationWeight(execution) }]
  })
  if (located.length < 2) return undefined
  const centre = mean(located.map((one) => one.location))
  const degrees = located.length - 1
  return {
    variance: located.reduce((sum, { location }) => sum + (location - centre) ** 2, 0) / degrees,
    explained: mean(located.map((one) => one.explained)),
    degrees,
  }
}
