import { quantile } from './quantile.ts'
import type { Sorted } from './sorted.ts'

/** Counts of values in bins of equal width from `low` to `high`. */
export interface Histogram {
  /** The smallest value; where the first bin starts. */
  low: number
  /** The 0.99-quantile; where the last bin ends. Equal to `low` when at least 99% of the values are. */
  high: number
  /** How many values fell into each bin. The last also holds those above `high`. */
  counts: number[]
}

/**
 * How the values spread, for reports: bins of equal width from the minimum to the 0.99-quantile, so that a few extreme
 * values do not press the rest into one bin. A value on an edge belongs to the bin above it. When minimum and
 * 0.99-quantile are the same, the values equal to them are in the first bin.
 *
 * @param bins a whole number from 1
 * @default bins 16
 * @throws {RangeError} when `sorted` is empty or `bins` is not a whole number from 1
 */
export function histogram(sorted: Sorted, bins = 16): Histogram {
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new RangeError(`expected a whole number of bins from 1, got ${bins}`)
  const low = quantile(sorted, 0)
  const high = quantile(sorted, 0.99)
  const counts = new Array<number>(bins).fill(0)
  for (const value of sorted) {
    const share = value > high ? 1 : (value - low) / (high - low || 1)
    const bin = Math.min(bins - 1, Math.floor(share * bins))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { low, high, counts }
}
