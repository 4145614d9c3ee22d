/**
 * The probabilities of the outcomes 0…`last` of a log-concave distribution (binomial, hypergeometric), from the ratio
 * of each to the one before. Working outward from the mode needs no factorials, and neither overflows nor cancels; an
 * outcome less than 1e-308 as likely as the mode comes out as 0.
 *
 * @param last a whole number from 0
 * @param ratio of the probability of `outcome` to that of `outcome − 1`, for 1…`last`
 */
export function probabilitiesFromRatios(last: number, ratio: (outcome: number) => number): Float64Array {
  let mode = 0
  while (mode < last && ratio(mode + 1) > 1) mode++

  const weights = new Float64Array(last + 1)
  weights[mode] = 1
  let total = 1
  for (let outcome = mode + 1, weight = 1; outcome <= last; outcome++) {
    weight *= ratio(outcome)
    weights[outcome] = weight
    total += weight
  }
  for (let outcome = mode, weight = 1; outcome > 0; outcome--) {
    weight /= ratio(outcome)
    weights[outcome - 1] = weight
    total += weight
  }
  return weights.map((weight) => weight / total)
}
