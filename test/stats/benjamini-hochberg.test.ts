import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { benjaminiHochbergAdjusted } from '../../src/stats/benjamini-hochberg.ts'
import { holmAdjusted } from '../../src/stats/holm.ts'
import { relativeError } from './relative-error.ts'

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })

describe('benjaminiHochbergAdjusted', () => {
  // R: p.adjust(p, 'BH')
  test.for(oracle.adjusted)('of $pValues is that of R', ({ pValues, benjaminiHochberg }) => {
    const adjusted = benjaminiHochbergAdjusted(pValues)
    expect(adjusted).toHaveLength(benjaminiHochberg.length)
    for (const [index, p] of benjaminiHochberg.entries()) expect(relativeError(adjusted[index], p)).toBeLessThan(1e-14)
  })

  test('of none is none', () => {
    expect(benjaminiHochbergAdjusted([])).toEqual([])
  })

  test('of p-values that are all the same is that value', () => {
    expect(benjaminiHochbergAdjusted([0.04, 0.04, 0.04])).toEqual([0.04, 0.04, 0.04])
  })

  test('goes with its p-value, whatever the order', () => {
    fc.assert(
      fc.property(pValues, (values) => {
        const reversed = benjaminiHochbergAdjusted(values.toReversed())
        expect(reversed).toEqual(benjaminiHochbergAdjusted(values).toReversed())
      }),
    )
  })

  test("lies from p to Holm's", () => {
    fc.assert(
      fc.property(pValues, (values) => {
        const holm = holmAdjusted(values)
        for (const [index, p] of benjaminiHochbergAdjusted(values).entries()) {
          expect(p).toBeGreaterThanOrEqual(Number(values[index]))
          expect(p).toBeLessThanOrEqual(Number(holm[index]) * (1 + 1e-15))
        }
      }),
    )
  })

  test.for([-0.1, 1.1, Number.NaN])('refuses %d', (p) => {
    expect(() => benjaminiHochbergAdjusted([0.5, p])).toThrow(RangeError)
  })
})
