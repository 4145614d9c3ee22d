import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import {
  mean,
  median,
  medianAbsoluteDeviation,
  standardDeviation,
  trimmedMean,
  trimmedMeanStandardError,
} from '../../src/stats/moments.ts'
import { sorted } from '../../src/stats/sorted.ts'
import { sample } from './arbitrary.ts'
import { relativeError } from './relative-error.ts'

describe.for(oracle.moments)('of $name', ({ values, trimmed, ...expected }) => {
  const ordered = sorted(values)

  // Python: exact rational arithmetic
  test('the mean is exact', () => {
    expect(relativeError(mean(values), expected.mean)).toBeLessThan(1e-15)
  })

  // Python: statistics.stdev of fractions
  test('the standard deviation is exact', () => {
    expect(relativeError(standardDeviation(values), expected.standardDeviation)).toBeLessThan(1e-14)
  })

  // Python: statistics.median
  test('the median is exact', () => {
    expect(median(ordered)).toBe(expected.median)
  })

  // R: mad(values)
  test('the median absolute deviation is that of R', () => {
    expect(relativeError(medianAbsoluteDeviation(ordered), expected.medianAbsoluteDeviation)).toBeLessThan(1e-14)
  })

  // SciPy: trim_mean(values, share); winsorize(values, (share, share)).var(ddof=1)
  test.for(trimmed)('the mean trimmed by $share and its standard error are those of SciPy', (answer) => {
    expect(relativeError(trimmedMean(ordered, answer.share), answer.mean)).toBeLessThan(1e-14)
    expect(relativeError(trimmedMeanStandardError(ordered, answer.share), answer.standardError)).toBeLessThan(1e-13)
  })
})

// SciPy: ttest_ind(candidate, baseline, equal_var=False, trim=share).statistic
test.for(oracle.yuen)(
  "trimmed by $share, mean and standard error give Yuen's t",
  ({ candidate, baseline, share, t }) => {
    const [one, other] = [sorted(candidate), sorted(baseline)]
    const difference = trimmedMean(one, share) - trimmedMean(other, share)
    const error = Math.hypot(
      trimmedMeanStandardError(one, share) ?? Number.NaN,
      trimmedMeanStandardError(other, share) ?? Number.NaN,
    )
    expect(relativeError(difference / error, t)).toBeLessThan(1e-12)
  },
)

test('what a large value hides from a plain sum is not lost', () => {
  expect(mean([1, 1e100, 1, -1e100])).toBe(0.5)
})

test('spread is absent below two values', () => {
  for (const values of [[], [7]]) {
    expect(standardDeviation(values)).toBeUndefined()
    expect(medianAbsoluteDeviation(sorted(values))).toBeUndefined()
    expect(trimmedMeanStandardError(sorted(values))).toBeUndefined()
  }
})

test('the standard error is absent when one value is left of many', () => {
  expect(trimmedMeanStandardError(sorted([1, 2, 3]), 0.49)).toBeUndefined()
})

test('location refuses an empty sample', () => {
  for (const location of [() => mean([]), () => median(sorted([])), () => trimmedMean(sorted([]))]) {
    expect(location).toThrow(new RangeError('expected at least one value, got none'))
  }
})

test.for([-0.1, 0.5, Number.NaN])('a share of %d is refused', (share) => {
  expect(() => trimmedMean(sorted([1, 2]), share)).toThrow(RangeError)
  expect(() => trimmedMeanStandardError(sorted([1, 2]), share)).toThrow(RangeError)
})

test('values that are all the same have no spread', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => value + 0),
      fc.integer({ min: 2, max: 50 }),
      (value, count) => {
        const values = new Array<number>(count).fill(value)
        expect(mean(values)).toBe(value)
        expect(standardDeviation(values)).toBe(0)
        expect(medianAbsoluteDeviation(sorted(values))).toBe(0)
      },
    ),
  )
})

test('spread does not change when all values move by the same amount, and scales with them', () => {
  fc.assert(
    fc.property(sample(2), (values) => {
      const deviation = standardDeviation(values) ?? Number.NaN
      const moved = standardDeviation(values.map((value) => value + 4096)) ?? Number.NaN
      expect(Math.abs(moved - deviation)).toBeLessThanOrEqual(1e-9 * (1 + deviation))
      expect(standardDeviation(values.map((value) => value * 4))).toBe(deviation * 4)
    }),
  )
})

test('mean and standard deviation hardly depend on the order of the values', () => {
  fc.assert(
    fc.property(sample(2), (values) => {
      const reversed = values.toReversed()
      const largest = Math.max(...values.map(Math.abs))
      expect(Math.abs(mean(reversed) - mean(values))).toBeLessThanOrEqual(1e-15 * largest)
      const deviation = standardDeviation(values) ?? Number.NaN
      expect(Math.abs((standardDeviation(reversed) ?? Number.NaN) - deviation)).toBeLessThanOrEqual(1e-14 * largest)
    }),
  )
})

test('an outlier moves the mean but not the trimmed mean', () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
  expect(trimmedMean(sorted([...values.slice(0, 9), 1e6]))).toBe(trimmedMean(sorted(values)))
})
