import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { beyondDrift } from '../../../src/compare/evidence/evidence.ts'
import type { Noise } from '../../../src/compare/evidence/noise.ts'
import { detectableShift } from '../../../src/compare/power/detectable.ts'

/** A standard error of .05 for 20 runs against a baseline that is known. */
const noise: Noise = {
  values: { variance: 0.05, degrees: 100 },
  designEffect: 1,
  candidateWeight: 1 / 20,
  baselineWeight: 0,
  drift: { variance: 0, degrees: 10 },
  executions: 10,
}
const once = { planned: 20, fresh: 0, screenShift: Math.log(1.05), smallestShift: Math.log(1.1) }
const twice = { ...once, fresh: 30 }

describe('the smallest shift that is found in 9 of 10 executions', () => {
  // Python: c = scipy.stats.t.isf(1e-4, 100) * .05, k = (1 + (c / .05)**2 / 200)**.5;
  // brentq(lambda s: norm.sf((c - s) / .05 / k) * .975 - .9, 0, 2)
  test('in one step is what lies far enough beyond what is significant', () => {
    expect(detectableShift(noise, 20, once)).toBeCloseTo(0.266_994_248_7, 8)
  })

  // Python: e = (.05 / 50)**.5, c = t.isf(1e-4, 100) * e, s = t.isf(.05, 100) * .05, r = (20 / 50)**.5,
  // kc = (1 + (c / e)**2 / 200)**.5, ks = (1 + (s / .05)**2 / 200)**.5; brentq(lambda x: multivariate_normal.cdf(
  // [(x - s) / .05 / ks, (x - c) / e / kc], cov=[[1, r], [r, 1]]) * .975 - .9, .05, 1)
  test('in two steps is what passes both, which see the same runs', () => {
    expect(detectableShift(noise, 20, twice)).toBeCloseTo(0.174_206_235, 6)
  })

  test('is smaller in two steps, for the second sees more runs', () => {
    const [one = Number.NaN, two = Number.NaN] = [once, twice].map((steps) => detectableShift(noise, 20, steps))
    expect(two).toBeLessThan(0.75 * one)
  })

  test('is a little over the smallest effect where runs hardly vary', () => {
    const quiet = { ...noise, values: { variance: 1e-8, degrees: 100 } }
    const shift = detectableShift(quiet, 20, twice) ?? Number.NaN
    expect(shift).toBeGreaterThanOrEqual(Math.log(1.1))
    expect(shift).toBeLessThan(Math.log(1.101))
  })

  test('is the screen’s where that passes over more than is a regression', () => {
    const quiet = { ...noise, values: { variance: 1e-8, degrees: 100 } }
    expect(detectableShift(quiet, 20, { ...twice, screenShift: 0.3 })).toBeCloseTo(0.3, 3)
  })

  test('is told of the planned runs, however many the candidate had in the end', () => {
    const confirmed = { ...noise, candidateWeight: 1 / 50 }
    expect(detectableShift(confirmed, 50, twice)).toBeCloseTo(detectableShift(noise, 20, twice) ?? Number.NaN, 9)
  })

  test('drift makes it larger, but what is beyond every drift is found whatever that is', () => {
    const drifting = (deviation: number) =>
      detectableShift({ ...noise, drift: { variance: deviation ** 2, degrees: 10 } }, 20, twice) ?? Number.NaN
    expect(drifting(0.03)).toBeGreaterThan(drifting(0))
    expect(drifting(0.08)).toBeGreaterThan(drifting(0.03))
    const found = drifting(0.08)
    expect(found).toBeLessThan(beyondDrift(noise) + 0.3)
  })

  const seen = (given: Noise, planned: number) =>
    detectableShift(given, 20, { ...twice, planned, fresh: 1.5 * planned }) ?? Number.POSITIVE_INFINITY

  test('never grows with more runs', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 4, noNaN: true }),
        fc.integer({ min: 2, max: 200 }),
        fc.integer({ min: 1, max: 200 }),
        (variance, runs, more) => {
          const given = { ...noise, values: { variance, degrees: 100 } }
          expect(seen(given, runs + more)).toBeLessThanOrEqual(seen(given, runs) * (1 + 1e-6))
        },
      ),
      { numRuns: 200 },
    )
  })

  test('grows by a little where runs say less and less beside a drift of which little is known', () => {
    const drifting = { ...noise, drift: { variance: 0.03 ** 2, degrees: 10 } }
    const shifts = [5, 10, 20, 50, 100, 1000, 10_000].map((runs) => seen(drifting, runs))
    for (const [position, shift] of shifts.entries())
      expect(shift).toBeLessThanOrEqual(1.05 * Math.min(...shifts.slice(0, position + 1)))
  })

  test('never shrinks with more noise', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 2, noNaN: true }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        fc.integer({ min: 2, max: 100 }),
        fc.boolean(),
        (variance, factor, planned, isConfirmed) => {
          const steps = { ...once, planned, fresh: isConfirmed ? 1.5 * planned : 0 }
          const seenIn = (of: number) =>
            detectableShift({ ...noise, values: { variance: of, degrees: 100 } }, 20, steps) ?? Number.POSITIVE_INFINITY
          expect(seenIn(variance * factor)).toBeGreaterThanOrEqual(seenIn(variance) * (1 - 1e-6))
        },
      ),
      { numRuns: 200 },
    )
  })
})
