import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nonNegativeLeastSquares } from '../../src/stats/non-negative-least-squares.ts'

describe('nonNegativeLeastSquares', () => {
  test('is the fit without the constraint where that keeps it', () => {
    const columns = [
      [1, 1, 1, 1],
      [0, 1, 2, 3],
    ]
    expect(nonNegativeLeastSquares(columns, [1, 3, 5, 7])).toEqual([expect.closeTo(1, 12), expect.closeTo(2, 12)])
  })

  test('leaves out what would be below 0', () => {
    const columns = [
      [1, 1, 1],
      [0, 1, 2],
    ]
    expect(nonNegativeLeastSquares(columns, [3, 2, 1])).toEqual([expect.closeTo(2, 12), 0])
    expect(nonNegativeLeastSquares(columns, [-3, -2, -1])).toEqual([0, 0])
  })

  test('takes the fewest columns that will do, and none that is a sum of others', () => {
    const column = [1, 2, 3]
    expect(nonNegativeLeastSquares([column, [1, 0, 0]], column)).toEqual([expect.closeTo(1, 12), 0])
    expect(nonNegativeLeastSquares([[1, 0, 3], [0, 2, 0], column], column)).toEqual([0, 0, expect.closeTo(1, 12)])
    expect(nonNegativeLeastSquares([column, [2, 4, 6]], column).filter((factor) => factor > 0)).toHaveLength(1)
  })

  // Karush, Kuhn & Tucker: no factor could be better, but those that 0 keeps from falling.
  test('meets the conditions of an optimum', () => {
    const number = fc.integer({ min: -50, max: 50 })
    const rows = fc.array(fc.tuple(number, number, number, number), { minLength: 3, maxLength: 10 })
    fc.assert(
      fc.property(rows, (values) => {
        const columns = [0, 1, 2].map((column) => values.map((row) => Number(row[column])))
        const target = values.map((row) => row[3])
        const factors = nonNegativeLeastSquares(columns, target)
        const left = target.map((value, row) =>
          columns.reduce((rest, column, index) => rest - Number(factors[index]) * Number(column[row]), value),
        )
        for (const [index, column] of columns.entries()) {
          const gain = column.reduce((total, value, row) => total + value * Number(left[row]), 0)
          expect(factors[index]).toBeGreaterThanOrEqual(0)
          expect(gain).toBeLessThan(1e-3)
          if (Number(factors[index]) > 0) expect(gain).toBeGreaterThan(-1e-3)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
