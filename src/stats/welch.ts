import { mean, standardDeviation } from './moments.ts'
import { studentUpperTail } from './student.ts'

/** One of the independent estimates whose sum is a variance. */
export interface VariancePart {
  /** The estimate as it enters the sum, such as s²/n; from 0. */
  variance: number
  /** Of that estimate, such as n − 1; above 0 and finite, not necessarily whole. */
  degreesOfFreedom: number
}

/**
 * The degrees of freedom of a sum of independent variance estimates, (Σv)² / Σ(v²/ν): at least the fewest of a part that
 * is not 0, at most the sum of them all. Absent when the variances are all 0, or there are none.
 *
 * F. E. Satterthwaite, "An Approximate Distribution of Estimates of Variance Components", Biometrics Bulletin 2 (1946).
 *
 * @throws {RangeError} when a variance or its degrees of freedom are outside their range
 */
export function satterthwaiteDegrees(parts: readonly VariancePart[]): number | undefined {
  for (const part of parts) requirePart(part)
  // Shares of the greatest, whose squares neither overflow nor vanish.
  const greatest = Math.max(0, ...parts.map(({ variance }) => variance))
  if (greatest === 0) return undefined
  let total = 0
  let spread = 0
  for (const { variance, degreesOfFreedom } of parts) {
    const share = variance / greatest
    total += share
    spread += (share * share) / degreesOfFreedom
  }
  return (total * total) / spread
}

/** The outcome of {@link welchTest}. */
export interface WelchTest {
  /** The difference of the means over its standard error; above 0 when the candidate's mean is the greater one. */
  t: number
  /** Of the standard error, not necessarily whole; from 1. */
  degreesOfFreedom: number
  /** The p-value, from 0 to 1, that the candidate's mean is the greater one. */
  p: number
}

/**
 * Welch's t-test of whether the candidate's mean is greater than the baseline's, without assuming that the two spread
 * alike. One-sided; with the samples exchanged it asks whether it is less. Absent when a sample has fewer than two
 * values, or neither has any spread.
 *
 * B. L. Welch, "The Generalization of 'Student's' Problem when Several Different Population Variances are Involved",
 * Biometrika 34 (1947).
 */
export function welchTest(
  candidate: Float64Array | readonly number[],
  baseline: Float64Array | readonly number[],
): WelchTest | undefined {
  const own = meanVariance(candidate)
  const other = meanVariance(baseline)
  if (own === undefined || other === undefined) return undefined
  const degreesOfFreedom = satterthwaiteDegrees([own, other])
  if (degreesOfFreedom === undefined) return undefined
  const t = (mean(candidate) - mean(baseline)) / Math.sqrt(own.variance + other.variance)
  return { t, degreesOfFreedom, p: studentUpperTail(t, degreesOfFreedom) }
}

function meanVariance(values: Float64Array | readonly number[]): VariancePart | undefined {
  const deviation = standardDeviation(values)
  if (deviation === undefined) return undefined
  return { variance: deviation ** 2 / values.length, degreesOfFreedom: values.length - 1 }
}

function requirePart({ variance, degreesOfFreedom }: VariancePart): void {
  const fits = variance >= 0 && degreesOfFreedom > 0 && Number.isFinite(variance) && Number.isFinite(degreesOfFreedom)
  if (fits) return
  throw new RangeError(
    `expected a variance from 0 with degrees of freedom above 0, got ${variance} with ${degreesOfFreedom}`,
  )
}
