import { bivariateNormalUpper } from './bivariate-normal.ts'
import { normalUpperTail } from './normal.ts'

/** The score of a rank test when one of two normal samples is shifted. */
export interface RankScore {
  /** Expected score, in standard deviations that it has when nothing is shifted. */
  mean: number
  /** Its standard deviation, likewise; at most 1, and less the further the samples are apart. */
  deviation: number
}

/**
 * The score of Mann and Whitney's test of `own` values that lie `shift` standard deviations above `other` ones: mean and variance
 * from the probabilities that one value exceeds another, and that it exceeds two others or is one of two that exceed another.
 *
 * E. L. Lehmann, "Nonparametrics: Statistical Methods Based on Ranks" (1975), section 2.3.
 *
 * @param own how many values, above 0
 * @param other likewise
 */
export function rankScore(shift: number, own: number, other: number): RankScore {
  const pairs = own * other
  const bound = -shift / Math.SQRT2
  const exceeds = normalUpperTail(bound)
  // Two comparisons that share a value are correlated by half.
  const both = bivariateNormalUpper(bound, bound, 0.5)
  const unshifted = Math.sqrt((pairs * (own + other + 1)) / 12)
  const variance = pairs * (exceeds * (1 - exceeds) + (own + other - 2) * Math.max(0, both - exceeds ** 2))
  return { mean: (pairs * (exceeds - 0.5)) / unshifted, deviation: Math.sqrt(variance) / unshifted }
}
