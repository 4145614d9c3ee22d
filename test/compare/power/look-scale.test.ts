import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { levelAt, lookScales } from '../../../src/compare/power/look-scale.ts'
import { groupSequentialBounds } from '../../../src/stats/group-sequential.ts'
import { normalQuantile } from '../../../src/stats/normal.ts'

describe('lookScales', () => {
  test('are the bounds of O’Brien and Fleming over that of a single test', () => {
    const ratios = [0.2, 0.4, 0.6, 0.8, 1]
    const bounds = groupSequentialBounds({ alpha: 0.025, informationRatios: ratios })
    const scales = lookScales(0.025, ratios)
    for (const [look, { efficacyZ }] of bounds.entries())
      expect((scales[look] ?? 0) * -normalQuantile(0.025)).toBeCloseTo(efficacyZ, 10)
  })

  test('of one look is that of a single test', () => {
    expect(lookScales(0.05, [1])).toEqual([expect.closeTo(1, 9)])
  })

  test('a look that knows hardly more than the one before has none, and what is left is spent before it', () => {
    expect(lookScales(0.05, [0.99, 0.995, 1])).toEqual([expect.closeTo(1, 9), undefined, undefined])
    const [first, second, last] = lookScales(0.05, [0.5, 0.505, 1])
    expect([first, second, last]).toEqual([expect.any(Number), undefined, expect.any(Number)])
  })

  test('fall from look to look where each brings as much', () => {
    const scales = lookScales(0.00001, [0.2, 0.4, 0.6, 0.8, 1]).map((scale) => scale ?? 0)
    expect(scales).toEqual([...scales].sort((a, b) => b - a))
  })

  test('are never nearer than a single test', () => {
    const rising = fc
      .array(fc.double({ min: 0.05, max: 0.95, noNaN: true }), { minLength: 1, maxLength: 4 })
      .map((some) => [...new Set(some)].sort((a, b) => a - b))
    fc.assert(
      fc.property(rising, fc.constantFrom(0.00001, 0.025, 0.05), (some, rate) => {
        const scales = lookScales(rate, [...some, 1]).filter((scale) => scale !== undefined)
        expect(Math.min(...scales)).toBeGreaterThan(1 - 1e-6)
      }),
      { numRuns: 30 },
    )
  })
})

test('levelAt is the level of a bound that lies so many times further out', () => {
  expect(levelAt(0.025, 1)).toBeCloseTo(0.025, 12)
  // SciPy: norm.cdf(2 * norm.ppf(0.025))
  expect(levelAt(0.025, 2)).toBeCloseTo(4.4287719160701725e-5, 15)
  expect(levelAt(0.025, Number.POSITIVE_INFINITY)).toBe(0)
})
