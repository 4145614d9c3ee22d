import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { minimumSamplesForQuantile, quantile } from '../../src/stats/quantile.ts'
import { sorted } from '../../src/stats/sorted.ts'
import { sample } from './arbitrary.ts'
import { relativeError } from './relative-error.ts'

const share = fc.nat(10_000).map((step) => step / 10_000)

describe('quantile', () => {
  // R: quantile(values, q, type = 7)
  test.for(oracle.quantiles)('the $q-quantile of $name is that of R', ({ values, q, quantile: expected }) => {
    expect(relativeError(quantile(sorted(values), q), expected)).toBeLessThan(1e-14)
  })

  test('refuses an empty sample', () => {
    expect(() => quantile(sorted([]), 0.5)).toThrow(new RangeError('expected at least one value, got none'))
  })

  test.for([-0.1, 1.1, Number.NaN])('refuses %d for q', (q) => {
    expect(() => quantile(sorted([1]), q)).toThrow(RangeError)
  })

  test('does not depend on the order of the values', () => {
    fc.assert(
      fc.property(sample(1), share, (values, q) => {
        expect(quantile(sorted(values.toReversed()), q)).toBe(quantile(sorted(values), q))
      }),
    )
  })

  test('grows with q, from the minimum to the maximum', () => {
    fc.assert(
      fc.property(sample(1), share, share, (values, one, other) => {
        const ordered = sorted(values)
        const low = quantile(ordered, Math.min(one, other))
        const high = quantile(ordered, Math.max(one, other))
        expect(low).toBeLessThanOrEqual(high)
        expect(low).toBeGreaterThanOrEqual(quantile(ordered, 0))
        expect(high).toBeLessThanOrEqual(quantile(ordered, 1))
      }),
    )
  })

  test('scales with the values', () => {
    fc.assert(
      fc.property(sample(1), share, (values, q) => {
        const doubled = sorted(values.map((value) => value * 4))
        expect(quantile(doubled, q)).toBe(quantile(sorted(values), q) * 4)
      }),
    )
  })
})

describe('minimumSamplesForQuantile', () => {
  test.for([
    [0.5, 5],
    [0.9, 29],
    [0.95, 59],
    [0.99, 299],
    [0.999, 2995],
  ] as const)('an upper bound for %d takes %d values', ([q, count]) => {
    expect(minimumSamplesForQuantile(q)).toBe(count)
  })

  // generate.py: exact rational arithmetic
  test.for(oracle.minimumSamples)('the $q-quantile at $confidence takes $count values', ({ q, confidence, count }) => {
    expect(minimumSamplesForQuantile(q, confidence)).toBe(count)
  })

  test('a power that meets the confidence exactly is enough', () => {
    expect(minimumSamplesForQuantile(0.75, 1 - 0.75 ** 6)).toBe(6)
  })

  test.for([0, 1, -1, Number.NaN])('refuses %d for q and for the confidence', (value) => {
    expect(() => minimumSamplesForQuantile(value)).toThrow(RangeError)
    expect(() => minimumSamplesForQuantile(0.5, value)).toThrow(RangeError)
  })
})
