import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { normalUpperTail } from '../../src/stats/normal.ts'
import { studentQuantile, studentUpperTail } from '../../src/stats/student.ts'
import { relativeError } from './relative-error.ts'

describe('studentUpperTail', () => {
  // R: pt(t, df, lower.tail = FALSE)
  test.for(oracle.student.upperTail)('at $t with $degreesOfFreedom degrees of freedom is $p', (answer) => {
    expect(relativeError(studentUpperTail(answer.t, answer.degreesOfFreedom), answer.p)).toBeLessThan(1e-12)
  })

  test('of one degree of freedom is that of Cauchy', () => {
    for (const t of [0.01, 0.5, 1, 3, 50]) {
      expect(relativeError(studentUpperTail(t, 1), Math.atan(1 / t) / Math.PI)).toBeLessThan(1e-13)
    }
  })

  test('of very many degrees of freedom is the normal one', () => {
    for (const t of [0.5, 1.7, 2, 5])
      expect(relativeError(studentUpperTail(t, 1e10), normalUpperTail(t))).toBeLessThan(1e-7)
  })

  test('is 0 and 1 at the ends', () => {
    expect(studentUpperTail(Number.POSITIVE_INFINITY, 5)).toBe(0)
    expect(studentUpperTail(Number.NEGATIVE_INFINITY, 5)).toBe(1)
  })

  test('falls with t', () => {
    const t = fc.double({ min: -50, max: 1000, noNaN: true })
    fc.assert(
      fc.property(t, t, fc.double({ min: 0.5, max: 500, noNaN: true }), (one, other, degrees) => {
        const left = studentUpperTail(Math.min(one, other), degrees)
        const right = studentUpperTail(Math.max(one, other), degrees)
        expect(right).toBeLessThanOrEqual(left * (1 + 1e-12))
      }),
    )
  })

  test.for([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d degrees of freedom', (degrees) => {
    expect(() => studentUpperTail(1, degrees)).toThrow(RangeError)
    expect(() => studentQuantile(0.5, degrees)).toThrow(RangeError)
  })
})

describe('studentQuantile', () => {
  // R: qt(p, df)
  test.for(oracle.student.quantile)('at $p with $degreesOfFreedom degrees of freedom is $t', (answer) => {
    expect(relativeError(studentQuantile(answer.p, answer.degreesOfFreedom), answer.t)).toBeLessThan(1e-12)
  })

  test('inverts the tail', () => {
    const degrees = fc.double({ min: 1, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(fc.double({ min: 1e-100, max: 0.5, noNaN: true }), degrees, (p, degreesOfFreedom) => {
        const t = -studentQuantile(p, degreesOfFreedom)
        expect(relativeError(studentUpperTail(t, degreesOfFreedom), p)).toBeLessThan(1e-12)
      }),
    )
  })

  test.for([0, 1e-101, 1, -1, 2, Number.NaN])('refuses %d', (p) => {
    expect(() => studentQuantile(p, 5)).toThrow(RangeError)
  })

  test('refuses degrees of freedom below 1', () => {
    expect(() => studentQuantile(0.5, 0.9)).toThrow(new RangeError('expected degrees of freedom from 1, got 0.9'))
  })

  test('at one half is 0', () => {
    expect(studentQuantile(0.5, 7)).toBe(0)
  })
})
