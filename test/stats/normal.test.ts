import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { normalQuantile, normalUpperTail } from '../../src/stats/normal.ts'
import { relativeError } from './relative-error.ts'

describe('normalUpperTail', () => {
  // R: pnorm(z, lower.tail = FALSE)
  test.for(oracle.normal.upperTail)('at $z is $p', ({ z, p }) => {
    expect(relativeError(normalUpperTail(z), p)).toBeLessThan(1e-12)
  })

  test('is 0 and 1 at the ends', () => {
    expect(normalUpperTail(Number.POSITIVE_INFINITY)).toBe(0)
    expect(normalUpperTail(Number.NEGATIVE_INFINITY)).toBe(1)
  })

  test('falls with z', () => {
    const z = fc.double({ min: -8, max: 37, noNaN: true })
    fc.assert(
      fc.property(z, z, (one, other) => {
        const [left, right] = [normalUpperTail(Math.min(one, other)), normalUpperTail(Math.max(one, other))]
        expect(right).toBeLessThanOrEqual(left * (1 + 1e-12))
      }),
    )
  })
})

describe('normalQuantile', () => {
  // R: qnorm(p)
  test.for(oracle.normal.quantile)('at $p is $z', ({ p, z }) => {
    expect(relativeError(normalQuantile(p), z)).toBeLessThan(1e-14)
  })

  test('inverts the tail', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 0.5, noNaN: true }), (p) => {
        expect(relativeError(normalUpperTail(-normalQuantile(p)), p)).toBeLessThan(1e-12)
      }),
    )
  })

  test.for([0, 1, -1, 2, Number.NaN])('refuses %d', (p) => {
    expect(() => normalQuantile(p)).toThrow(RangeError)
  })
})
