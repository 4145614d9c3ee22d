import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { bivariateNormalUpper } from '../../src/stats/bivariate-normal.ts'
import { normalUpperTail } from '../../src/stats/normal.ts'

const bound = fc.double({ min: -9, max: 9, noNaN: true })
const correlation = fc.double({ min: -1, max: 1, noNaN: true })

describe('bivariateNormalUpper', () => {
  // SciPy: multivariate_normal([0, 0], [[1, r], [r, 1]]).cdf([-x, -y]), checked against the plain integral
  test.for(oracle.bivariateNormal)('above $x and $y at $correlation is $probability', (answer) => {
    const probability = bivariateNormalUpper(answer.x, answer.y, answer.correlation)
    expect(Math.abs(probability - answer.probability)).toBeLessThan(1e-14)
  })

  // Sheppard (1899): a quarter and the arc sine of the correlation over 2π.
  test('above 0 and 0 is known in closed form', () => {
    fc.assert(
      fc.property(correlation, (r) => {
        const expected = 1 / 4 + Math.asin(r) / (2 * Math.PI)
        expect(Math.abs(bivariateNormalUpper(0, 0, r) - expected)).toBeLessThan(1e-14)
      }),
    )
  })

  test('at 0 is the product, at 1 the smaller tail, at −1 what the two have in common', () => {
    fc.assert(
      fc.property(bound, bound, (x, y) => {
        const [own, other] = [normalUpperTail(x), normalUpperTail(y)]
        expect(Math.abs(bivariateNormalUpper(x, y, 0) - own * other)).toBeLessThan(1e-15)
        expect(bivariateNormalUpper(x, y, 1)).toBe(Math.min(own, other))
        expect(Math.abs(bivariateNormalUpper(x, y, -1) - Math.max(0, own + other - 1))).toBeLessThan(1e-15)
      }),
    )
  })

  test('is the same when the two change places', () => {
    fc.assert(
      fc.property(bound, bound, correlation, (x, y, r) => {
        expect(Math.abs(bivariateNormalUpper(x, y, r) - bivariateNormalUpper(y, x, r))).toBeLessThan(1e-14)
      }),
    )
  })

  test('with the mirrored second variable makes up the tail of the first', () => {
    fc.assert(
      fc.property(bound, bound, correlation, (x, y, r) => {
        const both = bivariateNormalUpper(x, y, r) + bivariateNormalUpper(x, -y, -r)
        expect(Math.abs(both - normalUpperTail(x))).toBeLessThan(1e-14)
      }),
    )
  })

  test('rises with the correlation and falls with each bound', () => {
    const step = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(bound, bound, correlation, step, (x, y, r, by) => {
        const probability = bivariateNormalUpper(x, y, r)
        expect(bivariateNormalUpper(x, y, r + (1 - r) * by)).toBeGreaterThanOrEqual(probability - 1e-14)
        expect(bivariateNormalUpper(x + by, y, r)).toBeLessThanOrEqual(probability + 1e-14)
        expect(bivariateNormalUpper(x, y + by, r)).toBeLessThanOrEqual(probability + 1e-14)
      }),
    )
  })

  test('takes bounds as far out as they come', () => {
    const { POSITIVE_INFINITY: infinite } = Number
    for (const r of [-1, -0.95, -0.4, 0, 0.4, 0.95, 1]) {
      for (const far of [50, 1e200, infinite]) {
        expect(bivariateNormalUpper(far, 0.5, r)).toBe(0)
        expect(bivariateNormalUpper(-far, -far, r)).toBe(1)
        expect(bivariateNormalUpper(-far, 0.5, r)).toBeCloseTo(normalUpperTail(0.5), 15)
        expect(bivariateNormalUpper(0.5, -far, r)).toBeCloseTo(normalUpperTail(0.5), 15)
      }
    }
  })

  test('refuses a correlation beyond 1 and a bound that is no number', () => {
    expect(() => bivariateNormalUpper(0, 0, 1.01)).toThrow(RangeError)
    expect(() => bivariateNormalUpper(0, 0, Number.NaN)).toThrow(RangeError)
    expect(() => bivariateNormalUpper(0, Number.NaN, 0)).toThrow(RangeError)
  })
})
