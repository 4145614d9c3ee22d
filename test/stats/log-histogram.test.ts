import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bucketOf,
  type LogHistogram,
  logHistogram,
  meanOf,
  merge,
  possibleBuckets,
  quantileOf,
  record,
  standardDeviationOf,
} from '../../src/stats/log-histogram.ts'
import { mean, standardDeviation } from '../../src/stats/moments.ts'
import { quantile } from '../../src/stats/quantile.ts'
import { random } from '../../src/stats/random.ts'
import { sorted } from '../../src/stats/sorted.ts'
import { relativeError } from './relative-error.ts'

// Of a value, and of a rounding in the interpolation between two.
const bound = 2 ** -12 + 4 * Number.EPSILON

const latency = fc.double({ min: 1e-3, max: 1e6, noNaN: true })
const whole = fc.nat(4095)
const anything = fc.double({ min: 2 ** -64, max: 2 ** 64, maxExcluded: true, noNaN: true })
const value = fc.oneof(latency, anything, whole, fc.constant(0))
const sample = (minLength: number) => fc.array(value, { minLength, maxLength: 200 })
const share = fc.nat(10_000).map((step) => step / 10_000)

function recordAll(values: Iterable<number>): LogHistogram {
  const histogram = logHistogram()
  for (const one of values) record(histogram, one)
  return histogram
}

function mergeAll(histograms: Iterable<LogHistogram>): LogHistogram {
  const all = logHistogram()
  for (const one of histograms) merge(all, one)
  return all
}

/** All but the sums, in which the order may tell at the last place. */
function exactParts({ sum: _, sumRest, squares, squaresRest, ...parts }: LogHistogram) {
  return parts
}

function expectSame(actual: LogHistogram, expected: LogHistogram): void {
  expect(exactParts(actual)).toEqual(exactParts(expected))
  expect(relativeError(meanOf(actual) ?? 0, meanOf(expected) ?? 0)).toBeLessThanOrEqual(Number.EPSILON)
  const squares = expected.squares + expected.squaresRest
  expect(relativeError(actual.squares + actual.squaresRest, squares)).toBeLessThanOrEqual(Number.EPSILON)
}

describe('quantileOf', () => {
  test('is off by at most 2^-12 of the exact quantile', () => {
    fc.assert(
      fc.property(sample(1), share, (values, q) => {
        expect(relativeError(quantileOf(recordAll(values), q), quantile(sorted(values), q))).toBeLessThanOrEqual(bound)
      }),
      { numRuns: 1000 },
    )
  })

  test('reaches that bound where a value is alone at the start of a bucket', () => {
    const histogram = recordAll([0.1, 1, 1.1])
    expect(relativeError(quantileOf(histogram, 0.5), 1)).toBe(2 ** -12)
  })

  test('is exact of whole numbers below 4096, and at both ends', () => {
    fc.assert(
      fc.property(fc.array(whole, { minLength: 1, maxLength: 200 }), share, (values, q) => {
        expect(quantileOf(recordAll(values), q)).toBe(quantile(sorted(values), q))
      }),
    )
    fc.assert(
      fc.property(sample(1), (values) => {
        const histogram = recordAll(values)
        expect([quantileOf(histogram, 0), quantileOf(histogram, 1)]).toEqual([Math.min(...values), Math.max(...values)])
      }),
    )
  })

  test('of large whole numbers is whole', () => {
    // 3001 is alone in its bucket as a whole number, and stands beside halves in it otherwise.
    expect(quantileOf(recordAll([1, 3001, 5000]), 0.5)).toBe(3001)
    expect(quantileOf(recordAll([1.5, 3001, 5000]), 0.5)).toBe(3001.5)
    expect(quantileOf(recordAll([1, 1_000_003, 5_000_000]), 0.5) % 1).toBe(0)
  })

  test('of zeros is 0', () => {
    expect(quantileOf(recordAll([0, -0, 0]), 0.5)).toBe(0)
    expect(quantileOf(recordAll([0, 0, 0, 8, 8]), 0.5)).toBe(0)
    expect(quantileOf(recordAll([0, 0, 8, 8]), 0.5)).toBe(4)
  })

  test('grows with q', () => {
    fc.assert(
      fc.property(sample(1), share, share, (values, one, other) => {
        const histogram = recordAll(values)
        const low = quantileOf(histogram, Math.min(one, other))
        expect(low).toBeLessThanOrEqual(quantileOf(histogram, Math.max(one, other)))
      }),
    )
  })

  test('refuses an empty histogram, and a q that is none', () => {
    expect(() => quantileOf(logHistogram(), 0.5)).toThrow(new RangeError('expected at least one value, got none'))
    for (const q of [-0.1, 1.1, Number.NaN]) expect(() => quantileOf(recordAll([1]), q)).toThrow(RangeError)
  })
})

describe('record', () => {
  test('counts every value once, in a bucket that holds it', () => {
    fc.assert(
      fc.property(sample(0), (values) => {
        const { count, zeros, min, max, counts, first } = recordAll(values)
        expect(count).toBe(values.length)
        expect(zeros + counts.reduce((total, one) => total + one, 0)).toBe(values.length)
        expect(min).toBe(values.length === 0 ? undefined : sorted(values)[0])
        expect(max).toBe(sorted(values).at(-1))
        for (const one of values) if (one > 0) expect(counts[bucketOf(one) - first]).toBeGreaterThan(0)
      }),
    )
  })

  test('has a bucket for everything from 2^-64 to below 2^64, in as much memory as is said', () => {
    const largest = 2 ** 64 - 2 ** 11
    expect([bucketOf(2 ** -64), bucketOf(largest)]).toEqual([0, possibleBuckets - 1])
    expect(recordAll([2 ** -64, 1, largest]).counts.byteLength).toBe(2 * 1024 * 1024)
    expect(recordAll([1, 1.5, 1.9999]).counts.byteLength).toBe(16 * 1024)
  })

  test('tells neighbours apart that differ by a 2048th, and no nearer ones', () => {
    expect(bucketOf(1 + 2 ** -11)).toBe(bucketOf(1) + 1)
    expect(bucketOf(1 + 2 ** -11 - 2 ** -52)).toBe(bucketOf(1))
    expect(bucketOf(2 - 2 ** -52) + 1).toBe(bucketOf(2))
  })

  test.for([-1, -1e-300, 1e-30, 2 ** 64, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses %d, and counts it nowhere',
    (one) => {
      const histogram = recordAll([1, 2])
      expect(() => record(histogram, one)).toThrow(`expected 0 or a number from 2^-64 to below 2^64, got ${one}`)
      expect(histogram).toEqual(recordAll([1, 2]))
    },
  )
})

describe('meanOf and standardDeviationOf', () => {
  test('are those of the values', () => {
    fc.assert(
      fc.property(fc.array(latency, { minLength: 2, maxLength: 200 }), (values) => {
        const histogram = recordAll(values)
        const center = mean(values)
        expect(relativeError(meanOf(histogram), center)).toBeLessThanOrEqual(2 * Number.EPSILON)
        const deviation = standardDeviation(values) ?? Number.NaN
        expect(Math.abs((standardDeviationOf(histogram) ?? Number.NaN) ** 2 - deviation ** 2)).toBeLessThanOrEqual(
          8 * Number.EPSILON * (deviation ** 2 + 2 * center ** 2),
        )
      }),
    )
  })

  test('keep what plain sums of a million values lose', () => {
    const next = random(1)
    const values = Float64Array.from({ length: 1_000_000 }, () => 1000 + next() / 10)
    const histogram = recordAll(values)
    expect(relativeError(meanOf(histogram), mean(values))).toBeLessThanOrEqual(Number.EPSILON)
    // Mean / standard deviation is 34 641 here.
    expect(relativeError(standardDeviationOf(histogram), standardDeviation(values) ?? 0)).toBeLessThan(1e-6)
  })

  test('of values that are all the same are that and 0', () => {
    const histogram = recordAll(new Array<number>(1000).fill(0.1))
    expect([meanOf(histogram), standardDeviationOf(histogram)]).toEqual([0.1, 0])
  })

  test('are absent without values, the deviation of one too', () => {
    expect([meanOf(logHistogram()), standardDeviationOf(logHistogram())]).toEqual([undefined, undefined])
    expect([meanOf(recordAll([3])), standardDeviationOf(recordAll([3]))]).toEqual([3, undefined])
  })
})

describe('merge', () => {
  test('is the record of all', () => {
    fc.assert(
      fc.property(fc.array(sample(0), { maxLength: 5 }), (parts) => {
        expectSame(mergeAll(parts.map(recordAll)), recordAll(parts.flat()))
      }),
    )
  })

  test('does not depend on order and groups', () => {
    fc.assert(
      fc.property(sample(0), sample(0), sample(0), (one, other, third) => {
        const [a, b, c] = [recordAll(one), recordAll(other), recordAll(third)]
        expectSame(mergeAll([c, mergeAll([b, a])]), mergeAll([mergeAll([a, b]), c]))
      }),
    )
  })

  test('leaves what it merges as it was, and takes a histogram twice', () => {
    const from = recordAll([1, 0, 2.5])
    const into = recordAll([7])
    merge(into, from)
    expect(from).toEqual(recordAll([1, 0, 2.5]))
    merge(from, from)
    expectSame(from, recordAll([1, 0, 2.5, 1, 0, 2.5]))
  })
})
