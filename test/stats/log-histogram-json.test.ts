import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LogHistogram, logHistogram, possibleBuckets, record } from '../../src/stats/log-histogram.ts'
import { type LogHistogramJson, logHistogramJson, readLogHistogram } from '../../src/stats/log-histogram-json.ts'
import { random } from '../../src/stats/random.ts'

function recordAll(values: Iterable<number>): LogHistogram {
  const histogram = logHistogram()
  for (const one of values) record(histogram, one)
  return histogram
}

const value = fc.oneof(
  fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  fc.double({ min: 2 ** -64, max: 2 ** 64, maxExcluded: true, noNaN: true }),
  fc.nat(5000),
)

describe('logHistogramJson', () => {
  test('is read as what was written', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 100 }), (values) => {
        const histogram = recordAll(values)
        const text = JSON.stringify(logHistogramJson(histogram))
        expect(readLogHistogram(JSON.parse(text))).toEqual(histogram)
      }),
    )
  })

  test('names the buckets that have values, and skips the others', () => {
    // 1 begins doubling 64 of 2048 buckets.
    expect(logHistogramJson(recordAll([0, 1, 1, 1 + 2 ** -11, 2]))).toEqual({
      zeros: 1,
      min: 0,
      max: 2,
      whole: false,
      sum: [5 + 2 ** -11, 0],
      squares: [7 + 2 ** -10 + 2 ** -22, 0],
      buckets: [-64 * 2048, 2, 1, -2046, 1],
    })
  })

  test('of nothing names nothing', () => {
    const json = { zeros: 0, whole: true, sum: [0, 0], squares: [0, 0], buckets: [] }
    expect(logHistogramJson(logHistogram())).toEqual(json)
    expect(readLogHistogram(json)).toEqual(logHistogram())
  })

  test('of a million latencies takes 3 to 4 bytes for each bucket that has some', () => {
    const next = random(1)
    const histogram = recordAll(
      Float64Array.from({ length: 1_000_000 }, () => 800 * Math.exp(next() + next() + next() - 1.5)),
    )
    const filled = histogram.counts.reduce((total, count) => total + (count > 0 ? 1 : 0), 0)
    expect(JSON.stringify(logHistogramJson(histogram)).length / filled).toBeLessThan(4.5)
  })
})

describe('readLogHistogram', () => {
  const json: LogHistogramJson = logHistogramJson(recordAll([0, 3, 4.5, 1000]))

  test.for([
    ['no object', 'histogram', 'expected a histogram, got string'],
    ['null', null, 'expected a histogram, got null'],
    ['no whole', { ...json, whole: 1 }, 'expected whole to be a boolean, got number'],
    ['zeros that are no number', { ...json, zeros: '1' }, 'expected zeros to be a number, got string'],
    ['no buckets', { ...json, buckets: undefined }, 'expected buckets to be an array, got undefined'],
    ['a count that is no number', { ...json, buckets: [null] }, 'expected buckets to be a number, got null'],
    ['no max', { ...json, max: undefined }, 'expected max to be a number, got undefined'],
    ['a sum that is no pair', { ...json, sum: 1007.5 }, 'expected sum to be an array, got number'],
  ] as const)('refuses %s', ([, wrong, message]) => {
    expect(() => readLogHistogram(wrong)).toThrow(new TypeError(message))
  })

  test.for<[string, object]>([
    ['negative zeros', { zeros: -1 }],
    ['zeros that are not whole', { zeros: 1.5 }],
    ['a bucket with no values', { buckets: [0, ...json.buckets] }],
    ['a bucket with half a value', { buckets: json.buckets.map((step) => (step === 1 ? 1.5 : step)) }],
    ['more buckets than there are', { buckets: [-possibleBuckets, 1] }],
    ['more values than can be counted', { buckets: [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] }],
    ['a min beside 0', { min: 3 }],
    ['a min of another bucket', { zeros: 0, min: 2 }],
    ['a max of another bucket', { max: 1001 }],
    ['whole values between halves', { zeros: 0, whole: true, buckets: json.buckets.slice(0, -2), min: 3, max: 4.5 }],
    ['a sum above that of the largest', { sum: [4001, 0] }],
    ['a sum with nothing lost told', { sum: [1007.5] }],
    ['a sum of three', { sum: [1007.5, 0, 0] }],
    ['a sum that is not finite', { sum: [Number.POSITIVE_INFINITY, 0] }],
    ['squares above those of the largest', { squares: [1_007_501, 0] }],
    ['a min of no values', { zeros: 0, buckets: [], sum: [0, 0], squares: [0, 0], min: 0, max: undefined }],
    ['zeros alone with another max', { buckets: [], sum: [0, 0], squares: [0, 0], max: 1 }],
  ])('refuses %s', ([, wrong]) => {
    expect(() => readLogHistogram(json)).not.toThrow()
    expect(() => readLogHistogram({ ...json, ...wrong })).toThrow(RangeError)
  })

  test('refuses extremes that are the wrong way round within a bucket', () => {
    const near = logHistogramJson(recordAll([1000, 1000.1]))
    const wrong = { ...near, min: near.max, max: near.min }
    expect(() => readLogHistogram(wrong)).toThrow(new RangeError('expected max from 1000.1, got 1000'))
  })
})
