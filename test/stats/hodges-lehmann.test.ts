import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { hodgesLehmann } from '../../src/stats/hodges-lehmann.ts'
import { median } from '../../src/stats/moments.ts'
import { rankDistribution } from '../../src/stats/rank-distribution.ts'
import { sorted } from '../../src/stats/sorted.ts'
import { sample } from './arbitrary.ts'
import { relativeError } from './relative-error.ts'

const differences = (candidate: number[], baseline: number[]) =>
  sorted(candidate.flatMap((own) => baseline.map((other) => own - other)))

describe('hodgesLehmann', () => {
  // R: wilcox.test(candidate, baseline, conf.int = TRUE, exact = TRUE)
  test.for(oracle.locationShifts)('of $name is that of R', ({ candidate, baseline, shift, interval }) => {
    const estimate = hodgesLehmann(candidate, baseline)
    expect(relativeError(estimate?.shift, shift)).toBeLessThan(1e-12)
    expect(relativeError(estimate?.low, interval[0] ?? Number.NaN)).toBeLessThan(1e-12)
    expect(relativeError(estimate?.high, interval[1] ?? Number.NaN)).toBeLessThan(1e-12)
  })

  // R: wilcox.test(candidate, baseline, conf.int = TRUE, exact = TRUE), exact at any size
  test.for(oracle.largeLocationShifts)('of $name is at most one rank wider than that of R', (answer) => {
    const estimate = hodgesLehmann(answer.candidate, answer.baseline)
    const all = [...differences(answer.candidate, answer.baseline)]
    const rank = (value: number | undefined) => all.findIndex((own) => relativeError(value, own) < 1e-12)
    const [low, high] = answer.interval
    expect(relativeError(estimate?.shift, answer.shift)).toBeLessThan(1e-12)
    expect([0, 1]).toContain(rank(low) - rank(estimate?.low))
    expect([0, 1]).toContain(rank(estimate?.high) - rank(high))
  })

  test('is the median of the differences, and its interval two of them', () => {
    fc.assert(
      fc.property(sample(4, 30), sample(4, 30), (candidate, baseline) => {
        const all = differences(candidate, baseline)
        const estimate = hodgesLehmann(candidate, baseline)
        expect(estimate?.shift).toBeCloseTo(median(all), 9)
        const cumulative = rankDistribution(candidate.length, baseline.length, Math.floor(all.length / 2))
        const rank = cumulative.filter((p) => p <= 0.025).length
        expect(estimate?.low).toBe(all[rank - 1])
        expect(estimate?.high).toBe(all[all.length - rank])
      }),
    )
  })

  test('is absent when no two differences cover 95%', () => {
    expect(hodgesLehmann([], [1, 2, 3])).toBeUndefined()
    expect(hodgesLehmann([1, 2, 3], [4, 5, 6])).toBeUndefined()
    expect(hodgesLehmann([1, 2, 3, 4], [5, 6, 7, 8])).toBeDefined()
    expect(
      hodgesLehmann(
        [1],
        Array.from({ length: 3000 }, (_, index) => index),
      ),
    ).toBeUndefined()
  })

  test('of values that are all the same is exactly 0', () => {
    expect(hodgesLehmann([7, 7, 7, 7, 7], [7, 7, 7, 7, 7, 7])).toEqual({ shift: 0, low: 0, high: 0 })
  })

  test('tells neighbouring floating-point numbers apart', () => {
    const odd = 1 + Number.EPSILON
    const estimate = hodgesLehmann([odd, odd, odd, odd, odd + Number.EPSILON], [0, 0, 0, 0, 0])
    expect(estimate).toEqual({ shift: odd, low: odd, high: odd + Number.EPSILON })
  })

  test('needs no room for the differences of large samples', () => {
    const baseline = Array.from({ length: 20_000 }, (_, index) => index)
    const estimate = hodgesLehmann(
      baseline.map((value) => value + 500),
      baseline,
    )
    expect(estimate?.shift).toBe(500)
    expect(estimate?.low).toBeLessThan(500)
    expect(estimate?.high).toBeGreaterThan(500)
  })

  test('moves with the candidate and changes sign with the sides', () => {
    const whole = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 4, maxLength: 20 })
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: -500, max: 500 }), (candidate, baseline, by) => {
        const estimate = hodgesLehmann(candidate, baseline)
        const moved = hodgesLehmann(
          candidate.map((value) => value + by),
          baseline,
        )
        const swapped = hodgesLehmann(baseline, candidate)
        if (!estimate || !moved || !swapped) throw new Error('four values each are enough')
        expect(moved.shift - by).toBe(estimate.shift)
        expect(moved.low - by).toBe(estimate.low)
        expect(moved.high - by).toBe(estimate.high)
        expect([swapped.low, swapped.shift, swapped.high].map((value) => 0 - value)).toEqual([
          estimate.high,
          estimate.shift,
          estimate.low,
        ])
      }),
    )
  })
})
