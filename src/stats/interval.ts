import { probabilitiesFromRatios } from './probability.ts'
import type { Sorted } from './sorted.ts'

/** A confidence interval; both ends belong to it. */
export interface Interval {
  low: number
  high: number
}

/**
 * The distribution-free confidence interval of the `q`-quantile: two values of the sample, with no assumption but that
 * they are independent. Absent when the whole range of the sample does not reach the confidence.
 *
 * The number of values below the true quantile is binomial (n, q). The interval covers the likeliest of these numbers,
 * added from the mode outward until their probability reaches `confidence`, as benchstat does. So it spans as few order
 * statistics as suffice, its tails need not be equal, and the true coverage is at least `confidence` (more when values
 * tie). Two neighbours that are equally likely are added together: that may take in one order statistic more, and keeps
 * the interval of the median symmetric.
 *
 * It first exists at the smallest n with qⁿ + (1 − q)ⁿ ≤ 1 − confidence. For q from about 0.7 at 95% the second term is
 * negligible and this is `minimumSamplesForQuantile(q)`: 29, 59, 299 for 0.9, 0.95, 0.99. The median needs 6 values,
 * one more than its upper bound alone.
 *
 * W. R. Thompson, "On Confidence Ranges for the Median and Other Expectation Distributions for Populations of Unknown
 * Distribution Form", Annals of Mathematical Statistics 7 (1936); H. A. David & H. N. Nagaraja, "Order Statistics"
 * (2003), section 7.1.
 *
 * @param q above 0 and below 1
 * @param confidence above 0 and below 1
 * @default confidence 0.95
 * @throws {RangeError} when `q` or `confidence` is outside its range
 */
export function quantileInterval(sorted: Sorted, q: number, confidence = 0.95): Interval | undefined {
  if (!(q > 0 && q < 1)) throw new RangeError(`expected a quantile above 0 and below 1, got ${q}`)
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`expected a confidence above 0 and below 1, got ${confidence}`)
  }
  const ranks = intervalRanks(sorted.length, q, confidence)
  if (ranks === undefined) return undefined
  const low = sorted[ranks.low - 1]
  const high = sorted[ranks.high - 1]
  return low === undefined || high === undefined ? undefined : { low, high }
}

function intervalRanks(count: number, q: number, confidence: number): Interval | undefined {
  if (count < 2) return undefined
  const odds = q / (1 - q)
  const below = probabilitiesFromRatios(count, (outcome) => ((count - outcome + 1) / outcome) * odds)
  // 0 and `count` values below the quantile would need a bound outside the sample.
  const probability = (outcome: number) => (outcome > 0 && outcome < count ? (below[outcome] ?? 0) : 0)

  let low = Math.min(count - 1, Math.max(1, Math.floor((count + 1) * q)))
  let high = low
  let coverage = probability(low)
  while (coverage < confidence) {
    const left = probability(low - 1)
    const right = probability(high + 1)
    if (left === 0 && right === 0) return undefined
    // Equal in exact arithmetic; the two were reached by different roundings.
    const tied = Math.abs(left - right) <= 1e-10 * left
    if (tied || left > right) low--
    if (tied || right > left) high++
    coverage += tied ? left + right : Math.max(left, right)
  }
  return { low, high: high + 1 }
}
