/**
 * The p-values adjusted for their number by Holm's step-down method, in the order given: a test may reject where its
 * adjusted p is at most alpha, and then the probability of even one false rejection is at most alpha, however the tests
 * depend on each other. Each is from its p to 1.
 *
 * S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979).
 *
 * @param pValues each from 0 to 1
 * @throws {RangeError} when a p-value is outside its range
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const adjusted = [...pValues]
  let greatest = 0
  for (const [place, { p, index }] of ascendingP(pValues).entries()) {
    greatest = Math.max(greatest, Math.min(1, p * (pValues.length - place)))
    adjusted[index] = greatest
  }
  return adjusted
}

/**
 * The p-values with their places, from the smallest up; both adjustments step through them.
 *
 * @throws {RangeError} when a p-value is outside 0…1
 */
export function ascendingP(pValues: readonly number[]): { p: number; index: number }[] {
  const stray = pValues.findIndex((p) => !(p >= 0 && p <= 1))
  if (stray !== -1) throw new RangeError(`expected p-values from 0 to 1, got ${pValues[stray]} at index ${stray}`)
  return pValues.map((p, index) => ({ p, index })).sort((one, other) => one.p - other.p)
}
