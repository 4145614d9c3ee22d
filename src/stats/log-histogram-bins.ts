import type { Histogram } from './histogram.ts'
import { type LogHistogram, quantileOf, valuesOf } from './log-histogram.ts'

/**
 * What `histogram` of the values themselves would say, with the middle of its bucket for each value: bins of equal width from the
 * minimum to the 0.99-quantile.
 *
 * @param bins a whole number from 1
 * @default bins 16
 * @throws {RangeError} when `from` is empty or `bins` is not a whole number from 1
 */
export function binsOf(from: LogHistogram, bins = 16): Histogram {
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new RangeError(`expected a whole number of bins from 1, got ${bins}`)
  const low = quantileOf(from, 0)
  const high = quantileOf(from, 0.99)
  const counts = new Array<number>(bins).fill(0)
  for (const { value, count } of valuesOf(from)) {
    const share = value > high ? 1 : (value - low) / (high - low || 1)
    const bin = Math.max(0, Math.min(bins - 1, Math.floor(share * bins)))
    counts[bin] = (counts[bin] ?? 0) + count
  }
  return { low, high, counts }
}
