import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { satterthwaiteDegrees, welchTest } from '../../src/stats/welch.ts'
import { sample } from './arbitrary.ts'
import { relativeError } from './relative-error.ts'

const part = fc.record({
  variance: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
  degreesOfFreedom: fc.double({ min: 0.5, max: 500, noNaN: true }),
})
const parts = fc.array(part, { minLength: 1, maxLength: 6 })

describe('satterthwaiteDegrees', () => {
  // generate.py: exact rational arithmetic
  test.for(oracle.satterthwaite)('of $parts is $degreesOfFreedom', ({ parts, degreesOfFreedom }) => {
    expect(relativeError(satterthwaiteDegrees(parts), degreesOfFreedom)).toBeLessThan(1e-14)
  })

  test('of one part are its own', () => {
    expect(satterthwaiteDegrees([{ variance: 3, degreesOfFreedom: 7 }])).toBe(7)
  })

  test('are absent without a variance', () => {
    expect(satterthwaiteDegrees([])).toBeUndefined()
    expect(satterthwaiteDegrees([{ variance: 0, degreesOfFreedom: 7 }])).toBeUndefined()
  })

  test('lie between the fewest of a part and the sum of all', () => {
    fc.assert(
      fc.property(parts, (own) => {
        const degrees = Number(satterthwaiteDegrees(own))
        const counts = own.map(({ degreesOfFreedom }) => degreesOfFreedom)
        expect(degrees).toBeGreaterThanOrEqual(Math.min(...counts) * (1 - 1e-12))
        expect(degrees).toBeLessThanOrEqual(counts.reduce((total, count) => total + count) * (1 + 1e-12))
      }),
    )
  })

  test('are the sum of all when the variances go with their degrees of freedom', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 }), (counts) => {
        const own = counts.map((count) => ({ variance: count * 0.3, degreesOfFreedom: count }))
        const total = counts.reduce((sum, count) => sum + count)
        expect(relativeError(satterthwaiteDegrees(own), total)).toBeLessThan(1e-13)
      }),
    )
  })

  test('depend neither on the order nor on the unit', () => {
    fc.assert(
      fc.property(parts, fc.constantFrom(2 ** -300, 2, 2 ** 400), (own, unit) => {
        const scaled = own.map(({ variance, ...rest }) => ({ ...rest, variance: variance * unit }))
        expect(satterthwaiteDegrees(scaled)).toBe(satterthwaiteDegrees(own))
        const reversed = satterthwaiteDegrees(own.toReversed())
        expect(relativeError(reversed, satterthwaiteDegrees(own) ?? Number.NaN)).toBeLessThan(1e-13)
      }),
    )
  })

  test.for([
    { variance: -1, degreesOfFreedom: 3 },
    { variance: Number.NaN, degreesOfFreedom: 3 },
    { variance: 1, degreesOfFreedom: 0 },
    { variance: 1, degreesOfFreedom: Number.POSITIVE_INFINITY },
  ])('refuse $variance with $degreesOfFreedom', (own) => {
    expect(() => satterthwaiteDegrees([{ variance: 1, degreesOfFreedom: 5 }, own])).toThrow(RangeError)
  })
})

describe('welchTest', () => {
  // SciPy: ttest_ind(candidate, baseline, equal_var=False, alternative='greater'); R: t.test(candidate, baseline)$parameter
  test.for(oracle.welch)('of $name is that of SciPy and R', ({ candidate, baseline, ...expected }) => {
    const outcome = welchTest(candidate, baseline)
    expect(relativeError(outcome?.t, expected.t)).toBeLessThan(1e-12)
    expect(relativeError(outcome?.degreesOfFreedom, expected.degreesOfFreedom)).toBeLessThan(1e-12)
    expect(relativeError(outcome?.p, expected.p)).toBeLessThan(1e-11)
  })

  test('is absent below two values, and where nothing varies', () => {
    expect(welchTest([1], [1, 2, 3])).toBeUndefined()
    expect(welchTest([1, 2, 3], [])).toBeUndefined()
    expect(welchTest([2, 2], [1, 1])).toBeUndefined()
  })

  test('is mirrored when the samples change places', () => {
    fc.assert(
      fc.property(sample(2), sample(2), (candidate, baseline) => {
        const straight = welchTest(candidate, baseline)
        const mirrored = welchTest(baseline, candidate)
        if (straight === undefined) {
          expect(mirrored).toBeUndefined()
        } else {
          expect(Number(mirrored?.t) + straight.t).toBe(0)
          expect(relativeError(mirrored?.degreesOfFreedom, straight.degreesOfFreedom)).toBeLessThan(1e-12)
          expect(Number(mirrored?.p) + straight.p).toBeCloseTo(1, 12)
        }
      }),
    )
  })

  test('p falls when the candidate grows, and nothing depends on the unit', () => {
    fc.assert(
      fc.property(sample(2, 20), sample(2, 20), (candidate, baseline) => {
        const straight = welchTest(candidate, baseline)
        if (straight === undefined) return
        const double = (value: number) => value * 2
        expect(welchTest(candidate.map(double), baseline.map(double))).toEqual(straight)
        const grown = welchTest(
          candidate.map((value) => value + 64),
          baseline,
        )
        expect(grown?.p).toBeLessThanOrEqual(straight.p + 1e-9)
      }),
    )
  })

  test('refuses NaN', () => {
    expect(() => welchTest([1, Number.NaN], [1, 2])).toThrow(RangeError)
  })
})
