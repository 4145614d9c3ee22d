import type { Sorted } from './sorted.ts'

/**
 * The `q`-quantile by linear interpolation between order statistics: type 7 of Hyndman & Fan, "Sample Quantiles in
 * Statistical Packages", The American Statistician 50 (1996), the default of R and NumPy.
 *
 * @param q from 0 (the minimum) to 1 (the maximum)
 * @throws {RangeError} when `sorted` is empty or `q` is outside 0…1
 */
export function quantile(sorted: Sorted, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`expected a quantile from 0 to 1, got ${q}`)
  const position = (sorted.length - 1) * q
  const below = sorted[Math.floor(position)]
  const above = sorted[Math.ceil(position)]
  if (below === undefined || above === undefined) throw new RangeError('expected at least one value, got none')
  return below + (above - below) * (position - Math.floor(position))
}

/**
 * The smallest number of values whose maximum lies above the `q`-quantile with this confidence, so that an upper bound
 * for the quantile exists: ⌈ln(1 − confidence) / ln q⌉. 59 for 0.95, 299 for 0.99, 2995 for 0.999, at 95%.
 *
 * S. S. Wilks, "Determination of Sample Sizes for Setting Tolerance Limits", Annals of Mathematical Statistics 12
 * (1941).
 *
 * @param q above 0 and below 1
 * @param confidence above 0 and below 1
 * @default confidence 0.95
 * @throws {RangeError} when `q` or `confidence` is outside its range
 */
export function minimumSamplesForQuantile(q: number, confidence = 0.95): number {
  if (!(q > 0 && q < 1)) throw new RangeError(`expected a quantile above 0 and below 1, got ${q}`)
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`expected a confidence above 0 and below 1, got ${confidence}`)
  }
  const exact = Math.log1p(-confidence) / Math.log(q)
  // A quotient that is whole in exact arithmetic may come out one unit in the last place above it.
  return Math.max(1, Math.ceil(exact * (1 - 4 * Number.EPSILON)))
}
