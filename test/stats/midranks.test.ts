import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { midranks } from '../../src/stats/midranks.ts'
import { sample } from './arbitrary.ts'

describe('midranks', () => {
  // R: rank(c(30, 10, 20, 20, 40)); rank(c(1, 1, 1))
  test('are those of R', () => {
    expect([...midranks([30, 10, 20, 20, 40])]).toEqual([4, 1, 2.5, 2.5, 5])
    expect([...midranks([1, 1, 1])]).toEqual([2, 2, 2])
    expect([...midranks([])]).toEqual([])
  })

  test('count the values below, and half of those that tie', () => {
    fc.assert(
      fc.property(sample(1), (values) => {
        const expected = values.map((own) => {
          const below = values.filter((value) => value < own).length
          const tied = values.filter((value) => value === own).length
          return below + (tied + 1) / 2
        })
        expect([...midranks(values)]).toEqual(expected)
      }),
    )
  })

  test('take no difference between 0 and −0', () => {
    expect([...midranks([0, -0, 1])]).toEqual([1.5, 1.5, 3])
  })

  test.for([Number.NaN, Number.POSITIVE_INFINITY])('refuse %d', (value) => {
    expect(() => midranks([1, value])).toThrow(RangeError)
  })
})
