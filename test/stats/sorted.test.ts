import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sorted } from '../../src/stats/sorted.ts'
import { sample } from './arbitrary.ts'

describe('sorted', () => {
  test('orders by number, not by text', () => {
    expect([...sorted([10, 9, -1, 100])]).toEqual([-1, 9, 10, 100])
  })

  test('takes any iterable and leaves it as it was', () => {
    const values = Float64Array.of(3, 1, 2)
    expect([...sorted(values)]).toEqual([1, 2, 3])
    expect([...values]).toEqual([3, 1, 2])
    expect([...sorted(new Set([2, 1]))]).toEqual([1, 2])
  })

  test.for([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %d and says where it is',
    (value) => {
      expect(() => sorted([1, value])).toThrow(new RangeError(`expected finite numbers, got ${value} at index 1`))
    },
  )

  test('holds the same values in ascending order', () => {
    fc.assert(
      fc.property(sample(0), (values) => {
        expect([...sorted(values)]).toEqual(values.map((value) => value + 0).toSorted((one, other) => one - other))
      }),
    )
  })
})
