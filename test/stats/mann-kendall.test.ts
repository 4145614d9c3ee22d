import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { mannKendall } from '../../src/stats/mann-kendall.ts'
import { normalUpperTail } from '../../src/stats/normal.ts'
import { random } from '../../src/stats/random.ts'
import { sample } from './arbitrary.ts'
import { relativeError } from './relative-error.ts'

function permutations(values: readonly number[]): number[][] {
  if (values.length < 2) return [[...values]]
  return values.flatMap((value, index) => permutations(values.toSpliced(index, 1)).map((rest) => [value, ...rest]))
}

describe('mannKendall', () => {
  // R: cor.test(seq_along(x), x, method = 'kendall', continuity = TRUE); exact p in whole numbers, s by counting pairs
  test.for(oracle.trends)('of $name is that of R', ({ values, ...expected }) => {
    const trend = mannKendall(values)
    expect(trend?.s).toBe(expected.s)
    expect(relativeError(trend?.z, expected.z)).toBeLessThan(1e-13)
    expect(relativeError(trend?.p, expected.p)).toBeLessThan(1e-12)
    expect(relativeError(trend?.tau, expected.tau)).toBeLessThan(1e-13)
  })

  test('is absent below four values', () => {
    expect(mannKendall([])).toBeUndefined()
    expect(mannKendall([1, 2, 3])).toBeUndefined()
    expect(mannKendall([1, 2, 3, 4])?.s).toBe(6)
  })

  test('finds no trend in values that are all the same', () => {
    expect(mannKendall([7, 7, 7, 7, 7])).toEqual({ s: 0, z: 0, p: 1, tau: 0 })
  })

  // Oracle: all 720 orders of six values.
  test('p is the share of all orders with as strong a trend', () => {
    const orders = permutations([1, 2, 3, 4, 5, 6]).map((order) => mannKendall(order))
    for (const trend of orders.slice(0, 100)) {
      const stronger = orders.filter((other) => Math.abs(Number(other?.s)) >= Math.abs(Number(trend?.s))).length
      expect(trend?.p).toBeCloseTo(Math.min(1, stronger / orders.length), 12)
    }
  })

  test('exact and approximate p are close where one gives way to the other', () => {
    const next = random(3)
    const trend = mannKendall(Array.from({ length: 50 }, (_, step) => step / 80 + next()))
    expect(relativeError(2 * normalUpperTail(Math.abs(Number(trend?.z))), Number(trend?.p))).toBeLessThan(0.1)
  })

  test('is mirrored when time runs backward, and when the values change sign', () => {
    fc.assert(
      fc.property(sample(4), (values) => {
        const trend = mannKendall(values)
        const backward = mannKendall(values.toReversed())
        expect(Number(backward?.s) + Number(trend?.s)).toBe(0)
        expect(Number(backward?.z) + Number(trend?.z)).toBeCloseTo(0, 12)
        expect(backward?.p).toBeCloseTo(Number(trend?.p), 12)
        const negative = mannKendall(values.map((value) => -value))
        expect(Number(negative?.s) + Number(trend?.s)).toBe(0)
      }),
    )
  })

  test('does not change under a monotone transformation', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 4, maxLength: 30 }), (values) => {
        expect(mannKendall(values.map((value) => value ** 3 + 5))).toEqual(mannKendall(values))
      }),
    )
  })

  test('s never falls when the last value grows', () => {
    fc.assert(
      fc.property(sample(4), fc.integer({ min: 0, max: 100 }), (values, by) => {
        const grown = values.with(-1, Number(values.at(-1)) + by)
        expect(mannKendall(grown)?.s).toBeGreaterThanOrEqual(Number(mannKendall(values)?.s))
      }),
    )
  })

  test('p is a probability, tau a correlation and z finite', () => {
    fc.assert(
      fc.property(sample(4), (values) => {
        const trend = mannKendall(values)
        expect(Number.isFinite(trend?.z)).toBe(true)
        expect(trend?.p).toBeGreaterThan(0)
        expect(trend?.p).toBeLessThanOrEqual(1)
        expect(Math.abs(Number(trend?.tau))).toBeLessThanOrEqual(1 + 1e-12)
      }),
    )
  })

  test.for([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    expect(() => mannKendall([1, 2, value, 4])).toThrow(RangeError)
  })
})
