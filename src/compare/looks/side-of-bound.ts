import { isWorse } from '../../domain/worst-case.ts'
import { mean, standardDeviation } from '../../stats/moments.ts'
import { studentQuantile } from '../../stats/student.ts'
import { binomial } from '../evidence/success.ts'

/** On which side of a bound something lies for certain enough, if on any. */
export type Side = 'kept' | 'broken' | 'open'

/** A bound on a mean. */
export interface MeanBound {
  bound: number
  better: 'lower' | 'higher'
  /** Whether values lie from 0 to 1. */
  isRatio: boolean
  /** One-sided level of a single test, and how many times further out than its bound a side counts. */
  rate: number
  scale: number
}

/**
 * On which side of its bound a mean lies, by Student's interval around it. Values vary around the mean of their case, for every round
 * takes each case once. A ratio is taken with one value more, the worst for the side in question, so that ten times 1 do not
 * prove that there is nothing else (A. Agresti & B. A. Coull, The American Statistician 52 (1998), in spirit).
 */
export function sideOfMean(byCase: readonly (readonly number[])[], bounded: MeanBound): Side {
  const { bound, better, isRatio } = bounded
  if (!isRatio) return sideOfInterval(byCase, bounded)
  const values = byCase.flat()
  const [best, worst] = better === 'higher' ? [1, 0] : [0, 1]
  const pessimist = sideOfInterval([[...values, worst]], bounded)
  if (pessimist === 'kept') return isWorse(better, mean(values), bound) ? 'open' : 'kept'
  return sideOfInterval([[...values, best]], bounded) === 'broken' ? 'broken' : 'open'
}

function sideOfInterval(byCase: readonly (readonly number[])[], { bound, better, rate, scale }: MeanBound): Side {
  const values = byCase.flat()
  const degrees = values.length - byCase.length
  if (degrees < 1) return 'open'
  const squares = byCase.reduce((sum, one) => sum + (one.length - 1) * (standardDeviation(one) ?? 0) ** 2, 0)
  const reach = -studentQuantile(rate, degrees) * scale * Math.sqrt(squares / degrees / values.length)
  const centre = mean(values)
  const sides = [centre - reach, centre + reach].map((end) => isWorse(better, end, bound))
  if (sides.every((worse) => worse)) return 'broken'
  return sides.some((worse) => worse) ? 'open' : 'kept'
}

/** Whether at least `count` of `trials` happen with a chance below `level` when each does with the probability `share`. */
export function rareAbove(count: number, trials: number, share: number, level: number): boolean {
  if (share <= 0) return count > 0
  if (share >= 1) return false
  return (
    binomial(trials, share)
      .slice(count)
      .reduce((sum, probability) => sum + probability, 0) < level
  )
}

/** Whether at most `count` of `trials` happen with a chance below `level` when each does with the probability `share`. */
export function rareBelow(count: number, trials: number, share: number, level: number): boolean {
  if (share >= 1) return true
  if (share <= 0) return false
  return (
    binomial(trials, share)
      .slice(0, count + 1)
      .reduce((sum, probability) => sum + probability, 0) < level
  )
}
