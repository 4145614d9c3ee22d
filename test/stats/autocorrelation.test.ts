import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { designEffect, rankAutocorrelation } from '../../src/stats/autocorrelation.ts'
import { mean } from '../../src/stats/moments.ts'
import { normalQuantile } from '../../src/stats/normal.ts'
import { random } from '../../src/stats/random.ts'
import { sample } from './arbitrary.ts'
import { relativeError } from './relative-error.ts'

function permutations(values: readonly number[]): number[][] {
  if (values.length < 2) return [[...values]]
  return values.flatMap((value, index) => permutations(values.toSpliced(index, 1)).map((rest) => [value, ...rest]))
}

describe('rankAutocorrelation', () => {
  // R: acf(rank(values), lag.max = 1, plot = FALSE)$acf[2] + 1 / length(values)
  test.for(oracle.autocorrelations)('of $name is that of R', ({ values, autocorrelation }) => {
    expect(relativeError(rankAutocorrelation(values), autocorrelation)).toBeLessThan(1e-13)
  })

  test('is absent below four values', () => {
    expect(rankAutocorrelation([])).toBeUndefined()
    expect(rankAutocorrelation([1, 2, 3])).toBeUndefined()
    expect(rankAutocorrelation([1, 2, 3, 4])).toBe(0.5)
  })

  test('is absent when all values are the same', () => {
    expect(rankAutocorrelation([7, 7, 7, 7, 7])).toBeUndefined()
  })

  test.for([
    [1, 2, 3, 4, 5, 6],
    [3, 3, 3, 8, 8, 9],
    [0, 0, 0, 0, 0, 1],
  ])('is 0 on average over every order of %o', (values) => {
    expect(mean(permutations(values).map((order) => Number(rankAutocorrelation(order))))).toBeCloseTo(0, 12)
  })

  test('is the same read backward, and under a monotone transformation', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 4 }), (values) => {
        const straight = rankAutocorrelation(values)
        const cubed = rankAutocorrelation(values.map((value) => value ** 3 + 5))
        const backward = rankAutocorrelation(values.toReversed())
        expect(cubed).toBe(straight)
        expect(relativeError(backward ?? 1, straight ?? 1)).toBeLessThan(1e-9)
      }),
    )
  })

  test('is a number that is not far outside −1 to 1', () => {
    fc.assert(
      fc.property(sample(4), (values) => {
        expect(Math.abs(rankAutocorrelation(values) ?? 0)).toBeLessThanOrEqual(1 + 1 / values.length)
      }),
    )
  })

  test.for([Number.NaN, Number.NEGATIVE_INFINITY])('refuses %d', (value) => {
    expect(() => rankAutocorrelation([1, 2, value, 4])).toThrow(RangeError)
  })
})

describe('designEffect', () => {
  test('is 1 without dependence, 1.5 at 0.2, 3 at 0.5 and at most 19', () => {
    expect(designEffect(0)).toBe(1)
    expect(designEffect(0.2)).toBeCloseTo(1.5, 14)
    expect(designEffect(0.5)).toBe(3)
    expect(designEffect(0.9)).toBeCloseTo(19, 12)
    expect(designEffect(1.2)).toBe(designEffect(0.9))
  })

  test('never makes a variance smaller', () => {
    expect(designEffect(-0.4)).toBe(1)
  })

  test('never falls with the autocorrelation', () => {
    const r = fc.double({ min: -2, max: 2, noNaN: true })
    fc.assert(
      fc.property(r, r, (one, other) => {
        expect(designEffect(Math.max(one, other))).toBeGreaterThanOrEqual(designEffect(Math.min(one, other)))
      }),
    )
  })

  // Oracle: the variance of the means of simulated series of 200 values, times 200; within 5 of its standard errors.
  test.for([0.2, 0.5])('at %d is by how much the mean of a first-order autoregression varies more', (coefficient) => {
    const next = random(11)
    const normal = () => normalQuantile(next() + 2 ** -33)
    const series = 2000
    let squares = 0
    for (let drawn = 0; drawn < series; drawn++) {
      let value = normal()
      let total = value
      for (let step = 1; step < 200; step++) {
        value = coefficient * value + Math.sqrt(1 - coefficient ** 2) * normal()
        total += value
      }
      squares += total ** 2 / 200
    }
    // (1 + r) / (1 − r) is the limit for long series; of 200 values it is 1 % too much.
    expect(Math.abs(squares / series / designEffect(coefficient) - 0.995)).toBeLessThan(5 * Math.sqrt(2 / series))
  })

  test('refuses NaN', () => {
    expect(() => designEffect(Number.NaN)).toThrow(RangeError)
  })
})
