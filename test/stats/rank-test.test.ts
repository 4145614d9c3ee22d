import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { normalUpperTail } from '../../src/stats/normal.ts'
import { rankTest } from '../../src/stats/rank-test.ts'
import { measurement, sample } from './arbitrary.ts'
import { relativeError } from './relative-error.ts'

// SciPy: mannwhitneyu(candidate, baseline, alternative=…, method='exact' without ties up to 2500 pairs, else 'asymptotic')
describe.for(oracle.rankTests)('rankTest of $name', ({ candidate, baseline, ...expected }) => {
  test.for(['greater', 'less', 'two-sided'] as const)('%s is that of SciPy', (alternative) => {
    const { u, z, p } = rankTest(candidate, baseline, alternative)
    const answer = expected[alternative]
    expect(u).toBe(expected.u)
    expect(relativeError(p, answer.p)).toBeLessThan(1e-12)
    const normalP =
      alternative === 'less' ? normalUpperTail(-z) : normalUpperTail(alternative === 'greater' ? z : Math.abs(z))
    expect(
      relativeError(alternative === 'two-sided' ? Math.min(1, 2 * normalP) : normalP, answer.normalP),
    ).toBeLessThan(1e-12)
  })
})

describe('rankTest', () => {
  test('z is above 0 when the candidate is greater, below when it is less', () => {
    for (const alternative of ['greater', 'less', 'two-sided'] as const) {
      expect(rankTest([4, 5, 6], [1, 2, 3], alternative).z).toBeGreaterThan(0)
      expect(rankTest([1, 2, 3], [4, 5, 6], alternative).z).toBeLessThan(0)
    }
  })

  test.for(['greater', 'less', 'two-sided'] as const)('%s of values that all tie has z 0 and p 1', (alternative) => {
    expect(rankTest([3, 3], [3, 3, 3], alternative)).toEqual({ u: 3, z: 0, p: 1 })
  })

  test('samples that do not overlap have the smallest p that their sizes allow', () => {
    expect(rankTest([4, 5, 6], [1, 2, 3], 'greater').p).toBeCloseTo(1 / 20, 15)
    expect(rankTest([4, 5, 6], [1, 2, 3], 'less').p).toBe(1)
    expect(rankTest([4, 5, 6], [1, 2, 3], 'two-sided').p).toBeCloseTo(1 / 10, 15)
  })

  test('refuses an empty sample', () => {
    expect(() => rankTest([], [1], 'greater')).toThrow(RangeError)
    expect(() => rankTest([1], [], 'greater')).toThrow(RangeError)
  })

  test('does not depend on the order of the values', () => {
    fc.assert(
      fc.property(sample(1), sample(1), (candidate, baseline) => {
        const straight = rankTest(candidate, baseline, 'greater')
        expect(rankTest(candidate.toReversed(), baseline.toReversed(), 'greater')).toEqual(straight)
      }),
    )
  })

  test('does not change under a monotone transformation', () => {
    const whole = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(whole, whole, (candidate, baseline) => {
        const cube = (value: number) => value ** 3
        const cubed = rankTest(candidate.map(cube), baseline.map(cube), 'two-sided')
        expect(cubed).toEqual(rankTest(candidate, baseline, 'two-sided'))
      }),
    )
  })

  test('is mirrored when the samples change places', () => {
    fc.assert(
      fc.property(sample(1), sample(1), (candidate, baseline) => {
        const greater = rankTest(candidate, baseline, 'greater')
        const less = rankTest(baseline, candidate, 'less')
        expect(greater.u + less.u).toBe(candidate.length * baseline.length)
        expect(less.z).toBeCloseTo(-greater.z, 12)
        expect(less.p).toBeCloseTo(greater.p, 12)
      }),
    )
  })

  test('u never falls when the candidate grows', () => {
    fc.assert(
      fc.property(sample(1, 20), sample(1, 20), measurement.map(Math.abs), (candidate, baseline, by) => {
        const before = rankTest(candidate, baseline, 'greater')
        const after = rankTest(
          candidate.map((value) => value + by),
          baseline,
          'greater',
        )
        expect(after.u).toBeGreaterThanOrEqual(before.u)
      }),
    )
  })

  test('p is a probability and z is finite', () => {
    const alternative = fc.constantFrom('greater' as const, 'less' as const, 'two-sided' as const)
    fc.assert(
      fc.property(sample(1), sample(1), alternative, (candidate, baseline, side) => {
        const { z, p } = rankTest(candidate, baseline, side)
        expect(Number.isFinite(z)).toBe(true)
        expect(p).toBeGreaterThan(0)
        expect(p).toBeLessThanOrEqual(1)
      }),
    )
  })
})
