/**
 * The factors of `columns`, none below 0, for which their sum is nearest to `target` by least squares. Of fits that are equally
 * near, within roundings, the one with the fewest factors above 0.
 *
 * Every set of columns is fitted without the constraint, by modified Gram-Schmidt: G. H. Golub & C. F. Van Loan, "Matrix
 * Computations" (2013), section 5.3.5. The nearest of the fits that keep it is the answer, for one of these sets is where
 * the answer is above 0: C. L. Lawson & R. J. Hanson, "Solving Least Squares Problems" (1974), chapter 23. Its time doubles with every column,
 * so that it is for a few.
 *
 * @param columns each as long as `target`
 */
export function nonNegativeLeastSquares(columns: readonly (readonly number[])[], target: readonly number[]): number[] {
  const margin = roundings * dot(target, target)
  let best: Fit = { factors: columns.map(() => 0), error: dot(target, target) }
  for (const set of setsOf(columns.length)) {
    const fit = leastSquares(
      set.map((column) => columns[column] ?? []),
      target,
    )
    if (fit === undefined || fit.error >= best.error - margin || fit.factors.some((factor) => factor < 0)) continue
    best = { error: fit.error, factors: columns.map((_, column) => fit.factors[set.indexOf(column)] ?? 0) }
  }
  return best.factors
}

// Of squares: relative errors of 1e-9 are none.
const roundings = 1e-18

interface Fit {
  factors: number[]
  /** The sum of the squares of what is left of the target. */
  error: number
}

// Smaller sets first.
function setsOf(count: number): number[][] {
  const sets = Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (_, column) => column).filter((column) => (bits >> column) & 1),
  )
  return sets.sort((one, other) => one.length - other.length)
}

// Absent when a column is a sum of others.
function leastSquares(columns: readonly (readonly number[])[], target: readonly number[]): Fit | undefined {
  const directions: number[][] = []
  const projections: number[] = []
  const rows: number[][] = []
  let left = [...target]
  for (const column of columns) {
    let direction = [...column]
    const shares = directions.map((earlier) => {
      const share = dot(earlier, direction)
      direction = direction.map((value, index) => value - share * Number(earlier[index]))
      return share
    })
    const length = Math.sqrt(dot(direction, direction))
    if (!(length > 1e-12 * Math.sqrt(dot(column, column)))) return undefined
    const unit = direction.map((value) => value / length)
    const projection = dot(unit, left)
    left = left.map((value, index) => value - projection * Number(unit[index]))
    directions.push(unit)
    projections.push(projection)
    rows.push([...shares, length])
  }
  return { factors: solved(rows, projections), error: dot(left, left) }
}

// Row by row from the last: `rows[j][i]` is what column j has of direction i.
function solved(rows: readonly (readonly number[])[], projections: readonly number[]): number[] {
  const factors = projections.map(() => 0)
  for (let at = factors.length - 1; at >= 0; at--) {
    const known = factors.reduce((total, factor, column) => total + factor * (rows[column]?.[at] ?? 0), 0)
    factors[at] = (Number(projections[at]) - known) / Number(rows[at]?.[at])
  }
  return factors
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((total, value, index) => total + value * Number(other[index]), 0)
}
