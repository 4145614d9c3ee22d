import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { histogram } from '../../src/stats/histogram.ts'
import { quantile } from '../../src/stats/quantile.ts'
import { sorted } from '../../src/stats/sorted.ts'
import { sample } from './arbitrary.ts'

describe('histogram', () => {
  test('counts values in bins of equal width; a value on an edge belongs above it', () => {
    const values = sorted([0, 1, 2.5, 5, 7.5, ...new Array<number>(200).fill(10)])
    expect(histogram(values, 4)).toEqual({ low: 0, high: 10, counts: [2, 1, 1, 201] })
  })

  test('puts values above the 0.99-quantile into the last bin', () => {
    const values = sorted([...Array.from({ length: 1000 }, (_, index) => index), 1e9])
    const { high, counts } = histogram(values)
    expect(high).toBe(990)
    expect(counts).toHaveLength(16)
    expect(counts.at(-1)).toBe(62 + 10)
  })

  test('puts values that are all the same into the first bin', () => {
    expect(histogram(sorted([3, 3, 3]), 3)).toEqual({ low: 3, high: 3, counts: [3, 0, 0] })
  })

  test('keeps an outlier apart from values that are all the same', () => {
    const values = sorted([...new Array<number>(1000).fill(3), 3.1])
    expect(histogram(values, 3)).toEqual({ low: 3, high: 3, counts: [1000, 0, 1] })
  })

  test('refuses an empty sample and bins that are no whole number from 1', () => {
    expect(() => histogram(sorted([]))).toThrow(RangeError)
    for (const bins of [0, 1.5, Number.NaN]) expect(() => histogram(sorted([1]), bins)).toThrow(RangeError)
  })

  test('counts every value once, in as many bins as asked for', () => {
    fc.assert(
      fc.property(sample(1), fc.integer({ min: 1, max: 40 }), (values, bins) => {
        const ordered = sorted(values)
        const { low, high, counts } = histogram(ordered, bins)
        expect(counts).toHaveLength(bins)
        expect(counts.reduce((total, count) => total + count)).toBe(values.length)
        expect([low, high]).toEqual([quantile(ordered, 0), quantile(ordered, 0.99)])
      }),
    )
  })
})
