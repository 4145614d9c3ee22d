import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { quantileInterval } from '../../src/stats/interval.ts'
import { minimumSamplesForQuantile, quantile } from '../../src/stats/quantile.ts'
import { sorted } from '../../src/stats/sorted.ts'
import { sample } from './arbitrary.ts'

// The sample 1…n, so that the ends of an interval are its ranks.
const ranks = (count: number) => sorted(Array.from({ length: count }, (_, index) => index + 1))

/** P(low ≤ B < high) > = needed / 1000 for B binomial (n, percent / 100), in whole numbers: no rounding at all. */
function covers(count: number, percent: number, low: number, high: number, needed: number): boolean {
  let ways = 1n
  let covered = 0n
  for (let below = 0n; below < BigInt(high); below++) {
    if (below >= BigInt(low))
      covered += ways * BigInt(percent) ** below * BigInt(100 - percent) ** (BigInt(count) - below)
    ways = (ways * (BigInt(count) - below)) / (below + 1n)
  }
  return covered * 1000n >= BigInt(needed) * 100n ** BigInt(count)
}

describe('quantileInterval', () => {
  // generate.py: brute force over all pairs of ranks, with scipy.stats.binom
  test.for(oracle.intervalRanks)('of $count values for $q at $confidence has the ranks $ranks', (answer) => {
    const interval = quantileInterval(ranks(answer.count), answer.q, answer.confidence)
    expect(interval && [interval.low, interval.high]).toEqual(answer.ranks ?? undefined)
  })

  test('of p95 is absent at 58 values and there at 59', () => {
    expect(quantileInterval(ranks(58), 0.95)).toBeUndefined()
    expect(quantileInterval(ranks(59), 0.95)).toEqual({ low: 50, high: 59 })
  })

  test.for([0.75, 0.8, 0.9, 0.95, 0.99, 0.999])('of %d first exists when its upper bound does', (q) => {
    const count = minimumSamplesForQuantile(q)
    expect(quantileInterval(ranks(count - 1), q)).toBeUndefined()
    expect(quantileInterval(ranks(count), q)).toBeDefined()
  })

  test('of the median takes one value more than its upper bound', () => {
    expect(minimumSamplesForQuantile(0.5)).toBe(5)
    expect(quantileInterval(ranks(5), 0.5)).toBeUndefined()
    expect(quantileInterval(ranks(6), 0.5)).toEqual({ low: 1, high: 6 })
  })

  test.for([50, 75, 90, 95, 99])(
    'of p%d covers its confidence, and one value less on either side does not',
    (percent) => {
      for (const count of [20, 59, 60, 72, 100, 137, 299, 300, 500]) {
        const interval = quantileInterval(ranks(count), percent / 100)
        if (interval === undefined) continue
        expect(covers(count, percent, interval.low, interval.high, 950)).toBe(true)
        if (percent === 50) continue
        expect(covers(count, percent, interval.low + 1, interval.high, 950)).toBe(false)
        expect(covers(count, percent, interval.low, interval.high - 1, 950)).toBe(false)
      }
    },
  )

  test('is absent only when not even the whole sample covers', () => {
    for (let count = 2; count < 120; count++) {
      for (const percent of [5, 30, 50, 90, 95]) {
        const interval = quantileInterval(ranks(count), percent / 100)
        expect(interval !== undefined).toBe(covers(count, percent, 1, count, 950))
      }
    }
  })

  test('of a large sample is near the quantile', () => {
    const interval = quantileInterval(ranks(100_000), 0.95)
    expect(interval?.low).toBeGreaterThan(94_850)
    expect(interval?.high).toBeLessThan(95_150)
  })

  test('of an empty sample and of one value is absent', () => {
    expect(quantileInterval(ranks(0), 0.5)).toBeUndefined()
    expect(quantileInterval(ranks(1), 0.5, 0.01)).toBeUndefined()
  })

  test.for([0, 1, Number.NaN])('refuses %d for q and for the confidence', (value) => {
    expect(() => quantileInterval(ranks(10), value)).toThrow(RangeError)
    expect(() => quantileInterval(ranks(10), 0.5, value)).toThrow(RangeError)
  })

  test('holds the quantile, and widens with the confidence', () => {
    const q = fc.double({ min: 0.1, max: 0.9, noNaN: true })
    fc.assert(
      fc.property(sample(60, 90), q, (values, q) => {
        const ordered = sorted(values)
        const estimate = quantile(ordered, q)
        const wide = quantileInterval(ordered, q, 0.95) ?? { low: Number.NaN, high: Number.NaN }
        const narrow = quantileInterval(ordered, q, 0.8) ?? { low: Number.NaN, high: Number.NaN }
        expect(wide.low).toBeLessThanOrEqual(narrow.low)
        expect(narrow.low).toBeLessThanOrEqual(estimate)
        expect(estimate).toBeLessThanOrEqual(narrow.high)
        expect(narrow.high).toBeLessThanOrEqual(wide.high)
      }),
    )
  })

  test('is mirrored when values and quantile are', () => {
    fc.assert(
      fc.property(sample(20, 60), fc.integer({ min: 15, max: 85 }), (values, percent) => {
        const interval = quantileInterval(sorted(values), percent / 100)
        const mirrored = quantileInterval(sorted(values.map((value) => 0 - value)), (100 - percent) / 100)
        expect(mirrored && { low: 0 - mirrored.high, high: 0 - mirrored.low }).toEqual(interval)
      }),
    )
  })
})
