import { quantile } from './quantile.ts'
import { type Sorted, sorted } from './sorted.ts'

/**
 * The arithmetic mean, never outside the values, by compensated summation: A. Neumaier, "Rundungsfehleranalyse einiger
 * Verfahren zur Summation endlicher Summen", ZAMM 54 (1974).
 *
 * @throws {RangeError} when `values` is empty
 */
export function mean(values: Float64Array | readonly number[]): number {
  if (values.length === 0) throw new RangeError('expected at least one value, got none')
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  // The last rounding can carry the mean of equal values past them, and would give them a spread.
  return Math.min(high, Math.max(low, sum(values) / values.length))
}

/**
 * The sample standard deviation (denominator n − 1), by the two-pass algorithm: Chan, Golub & LeVeque,
 * "Algorithms for Computing the Sample Variance", The American Statistician 37 (1983). Absent below two values.
 */
export function standardDeviation(values: Float64Array | readonly number[]): number | undefined {
  const count = values.length
  if (count < 2) return undefined
  const center = mean(values)
  const squares = Float64Array.from(values, (value) => (value - center) ** 2)
  return Math.sqrt(sum(squares) / (count - 1))
}

/**
 * The middle value, or the mean of the two middle ones.
 *
 * @throws {RangeError} when `sorted` is empty
 */
export function median(sorted: Sorted): number {
  return quantile(sorted, 0.5)
}

/**
 * The median absolute deviation from the median, times 1.4826 so that it estimates the standard deviation of normal
 * data: F. R. Hampel, "The Influence Curve and Its Role in Robust Estimation", JASA 69 (1974). Absent below two values.
 */
export function medianAbsoluteDeviation(values: Sorted): number | undefined {
  if (values.length < 2) return undefined
  const center = median(values)
  return 1.4826 * median(sorted(values.map((value) => Math.abs(value - center))))
}

/**
 * The mean of what is left after the ⌊share · n⌋ smallest and as many largest values are dropped.
 *
 * J. W. Tukey & D. H. McLaughlin, "Less Vulnerable Confidence and Significance Procedures for Location Based on a
 * Single Sample", Sankhyā A 25 (1963).
 *
 * @param share dropped at each end, from 0 to below 0.5
 * @default share 0.2
 * @throws {RangeError} when `sorted` is empty or `share` is outside its range
 */
export function trimmedMean(sorted: Sorted, share = 0.2): number {
  const cut = trimmedCount(sorted, share)
  return mean(sorted.subarray(cut, sorted.length - cut))
}

/**
 * The standard error of {@link trimmedMean} with the same `share`, from the winsorized variance:
 * √((n − 1) s²w / (h (h − 1))), with h the number of values kept. Student's t applies to it with h − 1 degrees of
 * freedom. Absent below two values.
 *
 * K. K. Yuen, "The Two-Sample Trimmed t for Unequal Population Variances", Biometrika 61 (1974), after Tukey &
 * McLaughlin (1963).
 *
 * @param share dropped at each end, from 0 to below 0.5
 * @default share 0.2
 * @throws {RangeError} when `share` is outside its range
 */
export function trimmedMeanStandardError(sorted: Sorted, share = 0.2): number | undefined {
  const cut = trimmedCount(sorted, share)
  const kept = sorted.length - 2 * cut
  const deviation = standardDeviation(winsorized(sorted, cut))
  // One value kept of three or more says nothing of the spread of means.
  if (deviation === undefined || kept < 2) return undefined
  return deviation * Math.sqrt((sorted.length - 1) / (kept * (kept - 1)))
}

function trimmedCount(sorted: Sorted, share: number): number {
  if (!(share >= 0 && share < 0.5)) throw new RangeError(`expected a share from 0 to below 0.5, got ${share}`)
  return Math.floor(share * sorted.length)
}

function winsorized(sorted: Sorted, cut: number): Float64Array {
  const lowest = sorted[cut]
  const highest = sorted[sorted.length - 1 - cut]
  if (lowest === undefined || highest === undefined) return sorted
  const copy = sorted.slice()
  copy.fill(lowest, 0, cut)
  copy.fill(highest, sorted.length - cut)
  return copy
}

function sum(values: Float64Array | readonly number[]): number {
  let total = 0
  let lost = 0
  for (const value of values) {
    const next = total + value
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    total = next
  }
  return total + lost
}
