import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { risesToZero } from '../../src/stats/root.ts'

describe('risesToZero', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true })

  test.for<[name: string, f: (x: number) => number, root: number]>([
    ['a line', (x) => x - 0.3, 0.3],
    ['a power', (x) => x ** 9 - 0.5, 0.5 ** (1 / 9)],
    ['a step', (x) => (x < 0.7 ? -1 : 1e-9), 0.7],
    ['what is flat at one end', (x) => Math.min(x, 0.01) - 0.005, 0.005],
    ['what is flat at the other', (x) => Math.max(x, 0.99) - 0.995, 0.995],
  ])('of %s is where it rises to 0, from above', ([, f, root]) => {
    const found = risesToZero(f, 0, 1, 1e-9)
    expect(f(found)).toBeGreaterThanOrEqual(0)
    expect(Math.abs(found - root)).toBeLessThanOrEqual(1e-9)
  })

  test('is the low end where it is 0 or more there, and the high one where it is less everywhere', () => {
    expect(risesToZero((x) => x, 0, 1, 1e-9)).toBe(0)
    expect(risesToZero((x) => x - 2, 0, 1, 1e-9)).toBe(1)
  })

  test('is found in a dozen steps where nothing is odd', () => {
    let asked = 0
    risesToZero((x) => x ** 2 - 0.5 + asked++ * 0, 0, 1, 1e-9)
    expect(asked).toBeLessThan(13)
  })

  test('is found in four times the steps of halving at most, wherever it is', () => {
    fc.assert(
      fc.property(unit, fc.integer({ min: 1, max: 30 }), (root, power) => {
        let asked = 0
        const f = (x: number) => {
          asked++
          return x ** power - root
        }
        const found = risesToZero(f, 0, 1, 1e-9)
        return Math.abs(found - root ** (1 / power)) <= 2e-9 && asked < 125
      }),
    )
  })
})
