import { normalUpperTail } from './normal.ts'
import { exactPairs, rankDistribution } from './rank-distribution.ts'
import { type Sorted, sorted } from './sorted.ts'

/** What the candidate is suspected to be, against the baseline. */
export type Alternative = 'greater' | 'less' | 'two-sided'

/** The outcome of {@link rankTest}. */
export interface RankTest {
  /** Pairs in which the candidate's value is the greater one, ties counted half; from 0 to n · m. */
  u: number
  /**
   * The standard score of `u`, corrected for ties and for continuity by half a pair; above 0 when the candidate's
   * values are the greater ones. Always of the normal approximation, even when `p` is exact.
   */
  z: number
  /** The p-value, from 0 to 1. */
  p: number
}

/**
 * Mann-Whitney's rank test of whether the candidate's values tend to be greater or less than the baseline's.
 *
 * `p` comes from the exact null distribution when no values tie and n · m ≤ 2500, else from the normal approximation.
 * When all values are the same, `z` is 0 and `p` is 1.
 *
 * H. B. Mann & D. R. Whitney, Annals of Mathematical Statistics 18 (1947); variance under ties: E. L. Lehmann,
 * "Nonparametrics: Statistical Methods Based on Ranks" (1975), section 1.4.
 *
 * @throws {RangeError} when a sample is empty or holds NaN or an infinite value
 */
export function rankTest(candidate: Iterable<number>, baseline: Iterable<number>, alternative: Alternative): RankTest {
  const upper = sorted(candidate)
  const lower = sorted(baseline)
  const n = upper.length
  const m = lower.length
  if (n === 0 || m === 0) throw new RangeError(`expected at least one value in each sample, got ${n} and ${m}`)

  const { u, tieSum } = comparePairs(upper, lower)
  const total = n + m
  const variance = ((n * m) / 12) * (total + 1 - tieSum / (total * (total - 1)))
  if (tieSum === total ** 3 - total) return { u, z: 0, p: 1 }

  const z = standardScore(u - (n * m) / 2, Math.sqrt(variance), alternative)
  const isExact = tieSum === 0 && n * m <= exactPairs
  return { u, z, p: isExact ? exactP(u, n, m, alternative) : approximateP(z, alternative) }
}

function comparePairs(candidate: Sorted, baseline: Sorted): { u: number; tieSum: number } {
  let u = 0
  let tieSum = 0
  let below = 0
  for (let i = 0; i < candidate.length || below < baseline.length; ) {
    const value = Math.min(candidate[i] ?? Number.POSITIVE_INFINITY, baseline[below] ?? Number.POSITIVE_INFINITY)
    const own = countFrom(candidate, i, value)
    const other = countFrom(baseline, below, value)
    u += own * (below + other / 2)
    tieSum += (own + other) ** 3 - (own + other)
    i += own
    below += other
  }
  return { u, tieSum }
}

function countFrom(values: Sorted, start: number, value: number): number {
  let end = start
  while (values[end] === value) end++
  return end - start
}

function standardScore(deviation: number, scale: number, alternative: Alternative): number {
  if (alternative === 'greater') return (deviation - 0.5) / scale
  if (alternative === 'less') return (deviation + 0.5) / scale
  return (Math.sign(deviation) * Math.max(0, Math.abs(deviation) - 0.5)) / scale
}

function approximateP(z: number, alternative: Alternative): number {
  if (alternative === 'greater') return normalUpperTail(z)
  if (alternative === 'less') return normalUpperTail(-z)
  return Math.min(1, 2 * normalUpperTail(Math.abs(z)))
}

function exactP(u: number, n: number, m: number, alternative: Alternative): number {
  if (alternative === 'less') return atMost(u, n, m)
  if (alternative === 'greater') return atMost(n * m - u, n, m)
  return Math.min(1, 2 * atMost(Math.min(u, n * m - u), n, m))
}

// Summed from the nearer end, where nothing cancels; the null distribution is symmetric.
function atMost(u: number, n: number, m: number): number {
  const pairs = n * m
  if (u > pairs / 2) return u >= pairs ? 1 : 1 - atMost(pairs - u - 1, n, m)
  return rankDistribution(n, m, u)[u] ?? 1
}
