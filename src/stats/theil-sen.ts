import { median } from './moments.ts'
import { normalQuantile } from './normal.ts'
import { sorted } from './sorted.ts'

/** A robust slope, in units of y per unit of x. */
export interface TheilSenSlope {
  /** The median slope. */
  slope: number
  /** Lower end of its 95% confidence interval. */
  low: number
  /** Upper end of its 95% confidence interval. */
  high: number
}

/**
 * The median of the slopes between all pairs of points with different x, with its 95% confidence interval by Kendall's
 * rank correlation. Absent when there are too few slopes for the interval (fewer than 5 points, more under ties).
 *
 * P. K. Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63 (1968); ranks rounded as SciPy's
 * `theilslopes` does. Time and memory grow with the square of the points: thin out above a few thousand.
 *
 * @throws {RangeError} when `x` and `y` differ in length, or a slope is NaN or infinite
 */
export function theilSenSlope(
  x: Float64Array | readonly number[],
  y: Float64Array | readonly number[],
): TheilSenSlope | undefined {
  if (x.length !== y.length) throw new RangeError(`expected as many y as x, got ${y.length} and ${x.length}`)
  const slopes = sorted(pairSlopes(x, y))
  const margin = -normalQuantile(0.025) * Math.sqrt(scoreVariance(x, y))
  const rank = Math.round((slopes.length - margin) / 2)
  const low = slopes[rank - 1]
  const high = slopes[slopes.length - rank]
  return low === undefined || high === undefined ? undefined : { slope: median(slopes), low, high }
}

function* pairSlopes(x: Float64Array | readonly number[], y: Float64Array | readonly number[]): Generator<number> {
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) {
      const run = Number(x[j]) - Number(x[i])
      if (run !== 0) yield (Number(y[j]) - Number(y[i])) / run
    }
  }
}

// Of Kendall's score, when there is no trend.
function scoreVariance(x: Float64Array | readonly number[], y: Float64Array | readonly number[]): number {
  const pairing = (count: number) => count * (count - 1) * (2 * count + 5)
  let score = pairing(x.length)
  for (const values of [x, y]) {
    for (const tied of Map.groupBy(values, (value) => value).values()) score -= pairing(tied.length)
  }
  return score / 18
}
