import { ascendingP } from './holm.ts'

/**
 * The p-values adjusted for their number by Benjamini and Hochberg's step-up method, in the order given: of the tests
 * whose adjusted p is at most q, the expected share of false rejections is at most q, when the tests are independent or
 * positively dependent. When every null hypothesis holds, that is no more than a probability q of any false rejection
 * at all, which Holm's method promises always. Each is from its p to 1.
 *
 * Y. Benjamini & Y. Hochberg, "Controlling the False Discovery Rate", Journal of the Royal Statistical Society B 57
 * (1995).
 *
 * @param pValues each from 0 to 1
 * @throws {RangeError} when a p-value is outside its range
 */
export function benjaminiHochbergAdjusted(pValues: readonly number[]): number[] {
  const adjusted = [...pValues]
  let smallest = 1
  for (const [below, { p, index }] of ascendingP(pValues).reverse().entries()) {
    smallest = Math.min(smallest, p * (pValues.length / (pValues.length - below)))
    adjusted[index] = smallest
  }
  return adjusted
}
