import { normalQuantile, normalUpperTail } from './normal.ts'

/** What a shift is tested against: how sharp the other side of the comparison is, and what no run makes sharper. */
export interface ShiftDesign {
  /** The probability, above 0 and below 1, that the one-sided test rejects when nothing shifted. */
  alpha: number
  /** Runs of the baseline, from 1; infinite when its level is known. With dependent runs, the effective number. */
  baselineRuns: number
  /**
   * The variance of the difference that does not shrink with runs, from one execution to the next; from 0, in variances
   * of one run.
   *
   * @default 0
   */
  executionVariance?: number | undefined
}

/** A {@link ShiftDesign} with the power it has to have. */
export interface PoweredDesign extends ShiftDesign {
  /** The probability that the test finds the shift; from `alpha`, itself not included, to below 1. */
  power: number
}

/**
 * The probability, from `alpha` to 1, that a one-sided normal test of the difference of two means finds a shift:
 * 1 − Φ(z₁₋α − δ / √(1/n + 1/m + τ²)), with n and m runs and the execution variance τ².
 *
 * J. M. Lachin, "Introduction to Sample Size Determination and Power Analysis for Clinical Trials", Controlled Clinical
 * Trials 2 (1981).
 *
 * @param shift in standard deviations of one run, from 0
 * @param runs of the candidate, from 1
 * @throws {RangeError} when an argument is outside its range
 */
export function shiftPower(shift: number, runs: number, design: ShiftDesign): number {
  requireShift(shift)
  return normalUpperTail(-normalQuantile(design.alpha) - shift / standardError(runs, design))
}

/**
 * The smallest shift that the test finds with the wanted power, in standard deviations of one run:
 * (z₁₋α + z_power) √(1/n + 1/m + τ²). It inverts {@link shiftPower}.
 *
 * @param runs of the candidate, from 1
 * @throws {RangeError} when an argument is outside its range
 */
export function detectableShift(runs: number, design: PoweredDesign): number {
  return wantedScore(design) * standardError(runs, design)
}

/**
 * The smallest number of runs of the candidate, from 1, with which the test finds the shift with the wanted power.
 * Absent where no number is enough, since the baseline's error and the execution variance alone hide the shift. It
 * inverts {@link detectableShift}.
 *
 * @param shift in standard deviations of one run, from 0
 * @throws {RangeError} when an argument is outside its range
 */
export function runsNeeded(shift: number, design: PoweredDesign): number | undefined {
  requireShift(shift)
  const allowed = (shift / wantedScore(design)) ** 2
  const fixed = fixedVariance(design)
  // What rounding leaves of two equal variances is not a variance to spend.
  if (!(allowed - fixed > 8 * Number.EPSILON * allowed)) return undefined
  // A quotient that is whole in exact arithmetic may come out some units in the last place above it.
  return Math.max(1, Math.ceil((1 / (allowed - fixed)) * (1 - 1e-12)))
}

function standardError(runs: number, design: ShiftDesign): number {
  if (!(runs >= 1)) throw new RangeError(`expected runs from 1, got ${runs}`)
  return Math.sqrt(1 / runs + fixedVariance(design))
}

function fixedVariance({ baselineRuns, executionVariance = 0 }: ShiftDesign): number {
  if (!(baselineRuns >= 1)) throw new RangeError(`expected runs of the baseline from 1, got ${baselineRuns}`)
  if (!(executionVariance >= 0 && Number.isFinite(executionVariance))) {
    throw new RangeError(`expected a variance from 0, got ${executionVariance}`)
  }
  return 1 / baselineRuns + executionVariance
}

// How many standard errors the shift has to be. The quantile refuses what is no probability.
function wantedScore({ alpha, power }: PoweredDesign): number {
  if (!(power > alpha)) throw new RangeError(`expected a power above alpha, got ${power} with alpha ${alpha}`)
  return normalQuantile(power) - normalQuantile(alpha)
}

function requireShift(shift: number): void {
  if (!(shift >= 0 && Number.isFinite(shift))) throw new RangeError(`expected a shift from 0, got ${shift}`)
}
