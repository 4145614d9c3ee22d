import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { ascendingP, holmAdjusted } from '../../src/stats/holm.ts'
import { relativeError } from './relative-error.ts'

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })

/** Holm's own words: reject from the smallest p up, while p ≤ alpha / (tests left). */
function stepDown(values: readonly number[], alpha: number): boolean[] {
  const rejected = values.map(() => false)
  for (const [place, { p, index }] of ascendingP(values).entries()) {
    if (p > alpha / (values.length - place)) break
    rejected[index] = true
  }
  return rejected
}

describe('holmAdjusted', () => {
  // R: p.adjust(p, 'holm')
  test.for(oracle.adjusted)('of $pValues is that of R', ({ pValues, holm }) => {
    const adjusted = holmAdjusted(pValues)
    expect(adjusted).toHaveLength(holm.length)
    for (const [index, p] of holm.entries()) expect(relativeError(adjusted[index], p)).toBeLessThan(1e-14)
  })

  test('of one p-value is that, and of none is none', () => {
    expect(holmAdjusted([0.03])).toEqual([0.03])
    expect(holmAdjusted([])).toEqual([])
  })

  test('rejects what stepping down rejects', () => {
    // In steps of 1/1024 with alpha between two of them: no product rounds to its other side.
    const whole = fc.array(fc.integer({ min: 0, max: 1024 }), { maxLength: 12 })
    fc.assert(
      fc.property(whole, fc.integer({ min: 1, max: 300 }), (numbers, level) => {
        const values = numbers.map((number) => number / 1024)
        const alpha = (level + 0.5) / 1024
        expect(holmAdjusted(values).map((p) => p <= alpha)).toEqual(stepDown(values, alpha))
      }),
    )
  })

  test('goes with its p-value, whatever the order', () => {
    fc.assert(
      fc.property(pValues, (values) => {
        expect(holmAdjusted(values.toReversed())).toEqual(holmAdjusted(values).toReversed())
      }),
    )
  })

  test('keeps the order of the p-values, and lies from p to Bonferroni', () => {
    fc.assert(
      fc.property(pValues, (values) => {
        const adjusted = holmAdjusted(values)
        const ordered = ascendingP(values).map(({ index }) => Number(adjusted[index]))
        expect(ordered).toEqual(ordered.toSorted((one, other) => one - other))
        for (const [index, p] of values.entries()) {
          expect(adjusted[index]).toBeGreaterThanOrEqual(p)
          expect(adjusted[index]).toBeLessThanOrEqual(Math.min(1, p * values.length))
        }
      }),
    )
  })

  test('never falls when a p-value rises', () => {
    fc.assert(
      fc.property(pValues, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (values, which, share) => {
        const raised = values.map((p, index) => (index === which % values.length ? p + (1 - p) * share : p))
        const before = holmAdjusted(values)
        for (const [index, p] of holmAdjusted(raised).entries()) expect(p).toBeGreaterThanOrEqual(Number(before[index]))
      }),
    )
  })

  test.for([-0.1, 1.1, Number.NaN])('refuses %d', (p) => {
    expect(() => holmAdjusted([0.5, p])).toThrow(RangeError)
  })
})
