import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { energySplit } from '../../src/stats/energy-split.ts'
import { sample } from './arbitrary.ts'
import { relativeError } from './relative-error.ts'

describe('energySplit', () => {
  // generate.py: brute force over all places and ends, from the definition of the distance
  test.for(oracle.energySplits)('of $name, $minimumLength on each side, is at $index', ({ values, ...expected }) => {
    const split = energySplit(Float64Array.from(values), expected.minimumLength)
    expect(split.index).toBe(expected.index)
    expect(relativeError(split.distance, expected.distance)).toBeLessThan(1e-12)
  })

  test('is none in values that are too few or all the same', () => {
    expect(energySplit(Float64Array.of(1, 2, 9, 9, 9), 3)).toEqual({ index: 0, distance: 0 })
    expect(energySplit(new Float64Array(20).fill(3), 3)).toEqual({ index: 0, distance: 0 })
  })

  test('leaves the minimum length on both sides', () => {
    fc.assert(
      fc.property(sample(4), fc.integer({ min: 2, max: 6 }), (values, minimumLength) => {
        const { index, distance } = energySplit(Float64Array.from(values), minimumLength)
        if (distance === 0) {
          expect(index).toBe(0)
        } else {
          expect(index).toBeGreaterThanOrEqual(minimumLength)
          expect(index).toBeLessThanOrEqual(values.length - minimumLength)
        }
      }),
    )
  })
})
