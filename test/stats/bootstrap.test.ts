import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { bootstrapInterval, bootstrapIntervalOfTwo } from '../../src/stats/bootstrap.ts'
import { mean, median, standardDeviation } from '../../src/stats/moments.ts'
import { normalQuantile } from '../../src/stats/normal.ts'
import { random } from '../../src/stats/random.ts'
import { sorted } from '../../src/stats/sorted.ts'
import { measurement, sample } from './arbitrary.ts'

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
const average = (values: Float64Array) => sum(values) / values.length
const differenceOfMeans = (one: Float64Array, other: Float64Array) => average(one) - average(other)

const ofOne: Record<string, (values: Float64Array) => number> = {
  mean: average,
  'standard deviation': (values) => Number(standardDeviation(values)),
}
const ofTwo: Record<string, (one: Float64Array, other: Float64Array) => number> = {
  'difference of means': differenceOfMeans,
  'ratio of medians': (one, other) => median(sorted(one)) / median(sorted(other)),
}

// SciPy: bootstrap(samples, statistic, method=…, confidence_level=…, n_resamples=200_000, random_state=1)
describe.for(oracle.bootstraps)('the $method interval of the $statistic at $confidence', (expected) => {
  test('is that of SciPy within Monte Carlo error', () => {
    const [one = [], other = []] = expected.samples
    const method = expected.method === 'bca' ? 'bca' : 'percentile'
    const options = { seed: 5, confidence: expected.confidence, resamples: 20_000, method } as const
    const single = ofOne[expected.statistic]
    const double = ofTwo[expected.statistic]
    const interval = single && bootstrapInterval(one, single, options)
    const either = interval ?? (double && bootstrapIntervalOfTwo(one, other, double, options))
    // Five standard errors: √(0.025 · 0.975 / 20 000) over the density there, of a width of 3.92 standard deviations.
    const allowed = 0.025 * (expected.high - expected.low)
    expect(Math.abs(Number(either?.low) - expected.low)).toBeLessThan(allowed)
    expect(Math.abs(Number(either?.high) - expected.high)).toBeLessThan(allowed)
  })
})

describe('bootstrapInterval', () => {
  // Of exponential values, whose mean is 1; bca at 95% and n = 40 is known to cover some 93%.
  test.for(['bca', 'percentile'] as const)('of method %s covers the true mean about as often as it says', (method) => {
    const next = random(9)
    const trials = Array.from({ length: 400 }, (_, seed) => {
      const values = Array.from({ length: 40 }, () => -Math.log(1 - next()))
      const interval = bootstrapInterval(values, average, { seed, resamples: 400, method })
      return interval !== undefined && interval.low <= 1 && interval.high >= 1
    })
    const covered = trials.filter(Boolean).length / trials.length
    expect(covered).toBeGreaterThan(0.89)
    expect(covered).toBeLessThan(0.98)
  })

  test('of the mean of normal values is close to the usual one', () => {
    const next = random(10)
    const values = Array.from({ length: 400 }, () => normalQuantile(next() + 2 ** -33))
    const interval = bootstrapInterval(values, average, { seed: 1, resamples: 10_000 })
    const half = (1.96 * Number(standardDeviation(values))) / 20
    expect(Math.abs(Number(interval?.low) - (mean(values) - half))).toBeLessThan(0.05 * half)
    expect(Math.abs(Number(interval?.high) - (mean(values) + half))).toBeLessThan(0.05 * half)
  })

  test('of values that are all the same is that value', () => {
    for (const method of ['bca', 'percentile'] as const) {
      expect(bootstrapInterval([4, 4, 4], middle, { seed: 1, method })).toEqual({ low: 4, high: 4 })
    }
  })

  test('is absent below two values', () => {
    expect(bootstrapInterval([], average, { seed: 1 })).toBeUndefined()
    expect(bootstrapInterval([3], average, { seed: 1 })).toBeUndefined()
  })

  test('is absent when no resample reaches the statistic', () => {
    const distinct = (values: Float64Array) => new Set(values).size
    const values = Array.from({ length: 60 }, (_, index) => index)
    expect(bootstrapInterval(values, distinct, { seed: 1, resamples: 100 })).toBeUndefined()
    expect(bootstrapInterval(values, distinct, { seed: 1, resamples: 100, method: 'percentile' })).toBeDefined()
  })

  test('reaches to the greatest resample when the correction for skewness has no end', () => {
    const values = [...new Array<number>(29).fill(0), 1]
    const interval = bootstrapInterval(values, average, { seed: 1, confidence: 1 - 1e-12 })
    expect(interval?.low).toBe(0)
    expect(interval?.high).toBeGreaterThan(3 / 30)
  })

  test('of the same seed is the same, and of another is another', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
    expect(bootstrapInterval(values, average, { seed: 7 })).toEqual(bootstrapInterval(values, average, { seed: 7 }))
    expect(bootstrapInterval(values, average, { seed: 7 })).not.toEqual(bootstrapInterval(values, average, { seed: 8 }))
  })

  test('does not disturb the values, even when the statistic sorts them', () => {
    const values = Float64Array.of(3, 1, 2, 9, 4)
    const straight = bootstrapInterval(values, middle, { seed: 1, resamples: 99 })
    const sorting = bootstrapInterval(values, (own) => middle(own.sort()), { seed: 1, resamples: 99 })
    expect(sorting).toEqual(straight)
    expect([...values]).toEqual([3, 1, 2, 9, 4])
  })

  test('lies within what the values allow, scales with them, and is wider with more confidence', () => {
    const method = fc.constantFrom('bca' as const, 'percentile' as const)
    fc.assert(
      fc.property(sample(2, 20), fc.nat(), method, (values, seed, way) => {
        const options = { seed, method: way, resamples: 199 }
        const interval = bootstrapInterval(values, middle, options)
        if (interval === undefined) return
        expect(interval.low).toBeGreaterThanOrEqual(Math.min(...values))
        expect(interval.high).toBeLessThanOrEqual(Math.max(...values))
        expect(interval.low).toBeLessThanOrEqual(interval.high)
        const scaled = bootstrapInterval(
          values.map((value) => value * 4),
          middle,
          options,
        )
        expect(scaled).toEqual({ low: interval.low * 4, high: interval.high * 4 })
        const wider = bootstrapInterval(values, middle, { ...options, confidence: 0.99 })
        expect(wider?.low).toBeLessThanOrEqual(interval.low)
        expect(wider?.high).toBeGreaterThanOrEqual(interval.high)
      }),
      { numRuns: 50 },
    )
  })

  test.for([
    { seed: -1 },
    { seed: 1, confidence: 0 },
    { seed: 1, confidence: 1 },
    { seed: 1, resamples: 0 },
    { seed: 1, resamples: 2.5 },
  ])('refuses %o', (options) => {
    expect(() => bootstrapInterval([1, 2, 3], average, options)).toThrow(RangeError)
  })

  test('refuses a statistic that is no number', () => {
    expect(() => bootstrapInterval([1, 2, 3], () => Number.NaN, { seed: 1 })).toThrow(RangeError)
  })
})

describe('bootstrapIntervalOfTwo', () => {
  test('is absent when one sample is below two values', () => {
    expect(bootstrapIntervalOfTwo([1, 2, 3], [4], differenceOfMeans, { seed: 1 })).toBeUndefined()
    expect(bootstrapIntervalOfTwo([4], [1, 2, 3], differenceOfMeans, { seed: 1 })).toBeUndefined()
  })

  test('covers the true difference about as often as it says', () => {
    const next = random(12)
    const draw = (count: number, scale: number) => Array.from({ length: count }, () => -scale * Math.log(1 - next()))
    const covered = Array.from({ length: 300 }, (_, seed) => {
      const options = { seed, resamples: 400 }
      const interval = bootstrapIntervalOfTwo(draw(30, 3), draw(50, 1), differenceOfMeans, options)
      return Number(interval?.low) <= 2 && Number(interval?.high) >= 2
    }).filter(Boolean).length
    expect(covered / 300).toBeGreaterThan(0.88)
    expect(covered / 300).toBeLessThan(0.985)
  })

  test('moves with the candidate', () => {
    fc.assert(
      fc.property(sample(2, 15), sample(2, 15), measurement.map(Math.round), (candidate, baseline, by) => {
        const whole = candidate.map(Math.round)
        const level = baseline.map(Math.round)
        const difference = (one: Float64Array, other: Float64Array) => middle(one) - middle(other)
        const options = { seed: 3, resamples: 99 }
        const interval = bootstrapIntervalOfTwo(whole, level, difference, options)
        const moved = bootstrapIntervalOfTwo(
          whole.map((value) => value + by),
          level,
          difference,
          options,
        )
        expect(moved?.low).toBeCloseTo(Number(interval?.low) + by, 6)
        expect(moved?.high).toBeCloseTo(Number(interval?.high) + by, 6)
      }),
      { numRuns: 50 },
    )
  })
})

function middle(values: Float64Array): number {
  return median(sorted(values))
}
