import { normalQuantile } from './normal.ts'
import { exactPairs, rankDistribution } from './rank-distribution.ts'
import { type Sorted, sorted } from './sorted.ts'

/** How far one sample lies above another, in the unit of the values. */
export interface LocationShift {
  /** The median of all differences candidate − baseline; above 0 when the candidate's values are the greater ones. */
  shift: number
  /** Lower end of its 95% confidence interval. */
  low: number
  /** Upper end of its 95% confidence interval. */
  high: number
}

/**
 * The Hodges-Lehmann estimate of the shift between two samples with its 95% confidence interval, which inverts the
 * two-sided rank test. Absent when the samples are too small for the interval (fewer than 4 values each, for samples of
 * the same size).
 *
 * The ends are order statistics of the differences, their rank from the exact null distribution of U when n · m ≤ 2500,
 * else from its normal approximation with continuity correction, which errs to the wide side. Under ties the interval
 * is wider than it needs to be. The differences are never written out: memory is linear in the samples.
 *
 * J. L. Hodges & E. L. Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical Statistics 34
 * (1963); interval: M. Hollander & D. A. Wolfe, "Nonparametric Statistical Methods" (1973), section 4.3, after L. E.
 * Moses.
 *
 * @throws {RangeError} when a sample holds NaN or an infinite value
 */
export function hodgesLehmann(candidate: Iterable<number>, baseline: Iterable<number>): LocationShift | undefined {
  const upper = sorted(candidate)
  const lower = sorted(baseline)
  const pairs = upper.length * lower.length
  const rank = intervalRank(upper.length, lower.length)
  if (rank < 1) return undefined
  const middle = [Math.floor((pairs + 1) / 2), Math.ceil((pairs + 1) / 2)] as const
  return {
    shift: (difference(upper, lower, middle[0]) + difference(upper, lower, middle[1])) / 2,
    low: difference(upper, lower, rank),
    high: difference(upper, lower, pairs + 1 - rank),
  }
}

// The rank from either end of the differences at which the interval begins; below 1 when there is none.
function intervalRank(n: number, m: number): number {
  const pairs = n * m
  if (pairs === 0) return 0
  if (pairs <= exactPairs) return rankDistribution(n, m, Math.floor(pairs / 2)).findIndex((p) => p > 0.025)
  return Math.floor(pairs / 2 + 0.5 + normalQuantile(0.025) * Math.sqrt((pairs * (n + m + 1)) / 12))
}

// The `rank`-th smallest difference, by bisection between differences that occur, so that it ends on one of them.
function difference(candidate: Sorted, baseline: Sorted, rank: number): number {
  let low = Number(candidate[0]) - Number(baseline.at(-1))
  let high = Number(candidate.at(-1)) - Number(baseline[0])
  while (low < high) {
    const middle = low + (high - low) / 2
    const split = splitDifferences(candidate, baseline, middle < high ? middle : low)
    if (split.count >= rank) high = split.below
    else low = split.above
  }
  return low
}

// How many differences are at most `value`, the greatest of them, and the smallest of the others.
function splitDifferences(candidate: Sorted, baseline: Sorted, value: number) {
  let count = 0
  let below = Number.NEGATIVE_INFINITY
  let above = Number.POSITIVE_INFINITY
  let first = 0
  for (const own of candidate) {
    while (first < baseline.length && own - Number(baseline[first]) > value) first++
    count += baseline.length - first
    if (first < baseline.length) below = Math.max(below, own - Number(baseline[first]))
    if (first > 0) above = Math.min(above, own - Number(baseline[first - 1]))
  }
  return { count, below, above }
}
