import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bivariateNormalUpper } from '../../src/stats/bivariate-normal.ts'
import { normalUpperTail } from '../../src/stats/normal.ts'
import { goingOn, probabilityAbove, probabilityBelow, start } from '../../src/stats/sequential-score.ts'

const bound = fc.double({ min: -4, max: 4, noNaN: true })
const drift = fc.double({ min: -1, max: 5, noNaN: true })
const ratio = fc.double({ min: 0.05, max: 0.95, noNaN: true })
const { NEGATIVE_INFINITY: none } = Number

describe('the score of a sequential test', () => {
  test('is normal at the first look', () => {
    fc.assert(
      fc.property(bound, drift, ratio, (z, own, at) => {
        const expected = normalUpperTail(z - own * Math.sqrt(at))
        expect(Math.abs(probabilityAbove(start, { ratio: at, drift: own }, z) - expected)).toBeLessThan(1e-14)
      }),
    )
  })

  // Oracle: two looks are two normal variables with correlation √(t₁ / t₂).
  test('at the second look is bivariate normal with the first', () => {
    fc.assert(
      fc.property(bound, bound, drift, ratio, (first, second, own, at) => {
        const going = goingOn(start, { ratio: at, drift: own }, none, first)
        const [x, y] = [first - own * Math.sqrt(at), second - own]
        const expected = normalUpperTail(y) - bivariateNormalUpper(x, y, Math.sqrt(at))
        expect(Math.abs(probabilityAbove(going, { ratio: 1, drift: own }, second) - expected)).toBeLessThan(1e-6)
      }),
    )
  })

  test('is above or below, or has been stopped', () => {
    fc.assert(
      fc.property(bound, bound, bound, drift, ratio, (low, width, z, own, at) => {
        const step = { ratio: at, drift: own }
        const high = low + Math.abs(width)
        const going = goingOn(start, step, low, high)
        const stopped = probabilityBelow(start, step, low) + probabilityAbove(start, step, high)
        const rest = { ratio: 1, drift: own }
        const left = probabilityAbove(going, rest, z) + probabilityBelow(going, rest, z)
        expect(Math.abs(left + stopped - 1)).toBeLessThan(1e-6)
      }),
    )
  })

  test('has nowhere to be between bounds that leave nothing', () => {
    const going = goingOn(start, { ratio: 0.5, drift: 0 }, 1, 1)
    expect(probabilityAbove(going, { ratio: 1, drift: 0 }, -40)).toBe(0)
  })
})
