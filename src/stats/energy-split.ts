/** Of a series, into what comes before a place and what follows, to the end of the series or not so far. */
export interface EnergySplit {
  /** Of the first value that follows, from 0; 0 without a split. */
  index: number
  /** The scaled energy distance of the two sides, in the unit of the values; 0 without a split, else above 0. */
  distance: number
}

/**
 * The split of a series at which the scaled energy distance of the two sides is greatest, over all places and over all
 * ends of the second side: nm / (n + m) · (2 mean|x − y| − mean|x − x′| − mean|y − y′|), the means over pairs.
 *
 * D. S. Matteson & N. A. James, "A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data",
 * JASA 109 (2014), section 2.2, with the exponent 1; the sums grow by one value at a time.
 *
 * @param minimumLength of each side, a whole number from 2
 */
export function energySplit(values: Float64Array, minimumLength: number): EnergySplit {
  const count = values.length
  const best = { index: 0, distance: 0 }
  if (count < 2 * minimumLength) return best
  const fromStart = sumsFromStart(values)
  // Of the distances from each value to those between the index and itself.
  const toOwn = new Float64Array(count)
  for (let index = count - 1; index >= minimumLength; index--) {
    const value = values[index] ?? 0
    const left = fromStart[index] ?? 0
    const leftPairs = (index * (index - 1)) / 2
    let right = 0
    for (let last = index + 1; last < count; last++) {
      const toLast = (toOwn[last] ?? 0) + Math.abs(value - (values[last] ?? 0))
      toOwn[last] = toLast
      right += toLast
      const rightCount = last + 1 - index
      if (rightCount < minimumLength) continue
      const across = (fromStart[last + 1] ?? 0) - left - right
      const rightPairs = (rightCount * (rightCount - 1)) / 2
      const distance =
        (2 * across - index * rightCount * (left / leftPairs + right / rightPairs)) / (index + rightCount)
      if (distance > best.distance) {
        best.distance = distance
        best.index = index
      }
    }
  }
  return best
}

// The sum of the distances between all pairs of the first 0, 1, …, n values.
function sumsFromStart(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1)
  for (let last = 0; last < values.length; last++) {
    let sum = sums[last] ?? 0
    for (let other = 0; other < last; other++) sum += Math.abs((values[last] ?? 0) - (values[other] ?? 0))
    sums[last + 1] = sum
  }
  return sums
}
