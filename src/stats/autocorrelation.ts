import { midranks } from './midranks.ts'

/**
 * The lag-1 autocorrelation of the ranks of `values`, in the order they were measured: above 0 when neighbours are
 * alike, about −1 to 1. Absent below 4 values, and when all values are the same.
 *
 * Of values without a pattern the coefficient itself is −1/n on average, whatever their distribution, ties included;
 * 1/n is added so that the average is 0.
 *
 * A. Wald & J. Wolfowitz, "An Exact Test for Randomness in the Non-Parametric Case Based on Serial Correlation", Annals
 * of Mathematical Statistics 14 (1943); bias: P. A. P. Moran, "Some Theorems on Time Series II", Biometrika 35 (1948).
 *
 * @throws {RangeError} when a value is NaN or infinite
 */
export function rankAutocorrelation(values: readonly number[]): number | undefined {
  const count = values.length
  const deviations = midranks(values).map((rank) => rank - (count + 1) / 2)
  let products = 0
  let squares = 0
  for (const [index, deviation] of deviations.entries()) {
    products += deviation * (deviations[index + 1] ?? 0)
    squares += deviation * deviation
  }
  return count < 4 || squares === 0 ? undefined : products / squares + 1 / count
}

/**
 * How many times greater the variance of a mean is when each value depends on the one before, against independent
 * values: (1 + r) / (1 − r) of a first-order autoregression, from 1 to 19. Below 0 an autocorrelation counts as 0, so
 * that no variance is ever made smaller; above 0.9 as 0.9.
 *
 * G. V. Bayley & J. M. Hammersley, "The 'Effective' Number of Independent Observations in an Autocorrelated Time
 * Series", Supplement to the Journal of the Royal Statistical Society 8 (1946).
 *
 * @param autocorrelation at lag 1, such as {@link rankAutocorrelation} returns
 * @throws {RangeError} when `autocorrelation` is NaN
 */
export function designEffect(autocorrelation: number): number {
  if (Number.isNaN(autocorrelation)) throw new RangeError(`expected an autocorrelation, got ${autocorrelation}`)
  const clipped = Math.min(0.9, Math.max(0, autocorrelation))
  return (1 + clipped) / (1 - clipped)
}
