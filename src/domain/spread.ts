import { mean, standardDeviation, trimmedMean, trimmedMeanStandardError } from '../stats/moments.ts'
import { sorted } from '../stats/sorted.ts'

/** How much single values vary, as an estimate. */
export interface Spread {
  /** Variance of a value: that which, over n, is the variance of a location of n values. */
  variance: number
  /** Degrees of freedom behind the estimate. */
  degrees: number
}

/**
 * How values vary around the location of their own group, pooled over `groups`; absent when no group has two values.
 *
 * Where locations are trimmed means, a group's variance is n times the squared standard error of its trimmed mean (Tukey &
 * McLaughlin 1963), with one degree of freedom less than values kept. Where that sees no spread at all, because those that differ
 * were all dropped, the plain variance is taken.
 *
 * @param groups values that should be alike: those of one case, in one execution, on the scale on which they are compared
 * @param trimmed whether locations are trimmed means, else plain ones
 */
export function pooledSpread(groups: readonly (readonly number[])[], trimmed: boolean): Spread | undefined {
  const robust = trimmed ? pool(groups.map(trimmedSpread)) : undefined
  return robust !== undefined && robust.variance > 0 ? robust : pool(groups.map(plainSpread))
}

function pool(spreads: readonly (Spread | undefined)[]): Spread | undefined {
  let degrees = 0
  let squares = 0
  for (const spread of spreads) {
    if (spread === undefined) continue
    degrees += spread.degrees
    squares += spread.degrees * spread.variance
  }
  return degrees === 0 ? undefined : { variance: squares / degrees, degrees }
}

function trimmedSpread(values: readonly number[]): Spread | undefined {
  const error = trimmedMeanStandardError(sorted(values))
  if (error === undefined) return undefined
  const kept = values.length - 2 * Math.floor(0.2 * values.length)
  return { variance: error ** 2 * values.length, degrees: kept - 1 }
}

function plainSpread(values: readonly number[]): Spread | undefined {
  const deviation = standardDeviation(values)
  return deviation === undefined ? undefined : { variance: deviation ** 2, degrees: values.length - 1 }
}

// Nearer to 0 a share of it says nothing, and may be beyond every number.
const leastUnit = 1e-9

/** What shares of `location` are counted in: its size, or 1 where it is as good as 0. */
export function shareUnit(location: number): number {
  const size = Math.abs(location)
  return size < leastUnit ? 1 : size
}

/** Where values on the scale on which they are compared lie: their 20% trimmed mean, or their plain one. */
export function locationOf(values: readonly number[], trimmed: boolean): number {
  return trimmed ? trimmedMean(sorted(values)) : mean(values)
}
