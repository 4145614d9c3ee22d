/** The product of two sample sizes up to which the exact null distribution of U is used; 50 × 50. */
export const exactPairs = 2500

/**
 * The probabilities that Mann-Whitney's U is at most 0, 1, …, `last` when both samples come from one continuous
 * distribution.
 *
 * The number of arrangements for each U are the coefficients of the Gaussian binomial, multiplied up one factor (1 −
 * x^(m + i)) / (1 − xⁱ) at a time and cut off after `last`: H. B. Mann & D. R. Whitney, "On a Test of Whether one of
 * Two Random Variables is Stochastically Larger than the Other", Annals of Mathematical Statistics 18 (1947).
 *
 * @param count the size of one sample, from 1
 * @param otherCount the size of the other, from 1; `count · otherCount` at most {@link exactPairs}
 * @param last a whole number from 0
 */
export function rankDistribution(count: number, otherCount: number, last: number): Float64Array {
  const fewer = Math.min(count, otherCount)
  const more = Math.max(count, otherCount)
  const arrangements = new Float64Array(last + 1)
  arrangements[0] = 1
  let total = 1
  for (let i = 1; i <= fewer; i++) {
    for (let u = last; u >= more + i; u--) arrangements[u] = at(arrangements, u) - at(arrangements, u - more - i)
    for (let u = i; u <= last; u++) arrangements[u] = at(arrangements, u) + at(arrangements, u - i)
    total *= (more + i) / i
  }
  let cumulative = 0
  return arrangements.map((ways) => {
    cumulative += ways
    return cumulative / total
  })
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? 0
}
