import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { theilSenSlope } from '../../src/stats/theil-sen.ts'
import { measurement } from './arbitrary.ts'
import { relativeError } from './relative-error.ts'

const steps = (count: number) => Array.from({ length: count }, (_, index) => index)

/** The number of permutations of `count` values with each number of inversions: MacMahon's recurrence. */
function permutationsByInversions(count: number): number[] {
  let ways = [1]
  for (let size = 2; size <= count; size++) {
    const next = new Array<number>(ways.length + size - 1).fill(0)
    for (const [inversions, number] of ways.entries()) {
      for (let added = 0; added < size; added++) next[inversions + added] = (next[inversions + added] ?? 0) + number
    }
    ways = next
  }
  return ways
}

describe('theilSenSlope', () => {
  // SciPy: theilslopes(y, x, alpha=0.95)
  test.for(oracle.theilSen)('of $name is that of SciPy', ({ x, y, ...expected }) => {
    const estimate = theilSenSlope(x, y)
    expect(relativeError(estimate?.slope, expected.slope)).toBeLessThan(1e-14)
    expect(relativeError(estimate?.low, expected.low)).toBeLessThan(1e-14)
    expect(relativeError(estimate?.high, expected.high)).toBeLessThan(1e-14)
  })

  test('finds a line, whatever a quarter of the points do', () => {
    const y = steps(20).map((x) => (x % 5 === 0 ? 1e6 : 3 * x + 7))
    expect(theilSenSlope(steps(20), y)?.slope).toBe(3)
  })

  test('is absent below five points', () => {
    expect(theilSenSlope([], [])).toBeUndefined()
    expect(theilSenSlope([0, 1, 2, 3], [1, 2, 3, 4])).toBeUndefined()
    expect(theilSenSlope(steps(5), steps(5))).toEqual({ slope: 1, low: 1, high: 1 })
  })

  test('is absent when all x are the same', () => {
    expect(theilSenSlope(new Array<number>(20).fill(3), steps(20))).toBeUndefined()
  })

  test('of values that do not change is 0', () => {
    expect(theilSenSlope(steps(20), new Array<number>(20).fill(3))).toEqual({ slope: 0, low: 0, high: 0 })
  })

  test('refuses x and y that differ in length', () => {
    expect(() => theilSenSlope([1, 2], [1])).toThrow(new RangeError('expected as many y as x, got 1 and 2'))
  })

  test.for(steps(16).map((more) => more + 5))('the interval of %d points covers its confidence', (count) => {
    // With slopes −1 and 1 only, the interval reports how many inversions it takes to reach its lower end.
    const ways = permutationsByInversions(count)
    const total = ways.reduce((sum, number) => sum + number)
    const pairs = (count * (count - 1)) / 2
    const excluded = intervalRank(count) - 1
    const outside = ways.slice(0, excluded + 1).reduce((sum, number) => sum + number) / total
    expect(pairs).toBeGreaterThan(excluded)
    expect(1 - 2 * outside).toBeGreaterThan(0.949)
  })

  test('scales with y and inversely with x, and ignores where both start', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), measurement), { minLength: 8, maxLength: 25 })
    fc.assert(
      fc.property(points, (pairs) => {
        const x = pairs.map(([own]) => own)
        const y = pairs.map(([, own]) => own)
        const estimate = theilSenSlope(x, y)
        const scaled = theilSenSlope(
          x.map((value) => 2 * value + 16),
          y.map((value) => 8 * value),
        )
        expect(scaled).toEqual(
          estimate && { slope: estimate.slope * 4, low: estimate.low * 4, high: estimate.high * 4 },
        )
      }),
    )
  })

  test('does not depend on the order of the points', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(measurement, measurement), { minLength: 5, maxLength: 25 }), (pairs) => {
        const slope = (points: [number, number][]) =>
          theilSenSlope(
            points.map(([x]) => x),
            points.map(([, y]) => y),
          )
        expect(slope(pairs.toReversed())).toEqual(slope(pairs))
      }),
    )
  })
})

/** The rank of the lower end: with y convex in x all slopes differ, and are in the order of x₁ + x₂. */
function intervalRank(count: number): number {
  const x = steps(count).map((step) => 2 ** step)
  const y = x.map((value) => value * value)
  const slopes = x
    .flatMap((own, index) => x.slice(index + 1).map((other) => own + other))
    .sort((one, other) => one - other)
  return slopes.indexOf(theilSenSlope(x, y)?.low ?? Number.NaN) + 1
}
