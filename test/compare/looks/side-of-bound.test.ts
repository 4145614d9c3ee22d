import { describe, expect, test } from 'vitest'
import { rareAbove, rareBelow, sideOfMean } from '../../../src/compare/looks/side-of-bound.ts'
import { drawing } from '../given.ts'

const latency = { bound: 1000, better: 'lower', isRatio: false, rate: 0.025, scale: 1 } as const
const score = { bound: 0.8, better: 'higher', isRatio: true, rate: 0.025, scale: 1 } as const

describe('the side of a mean', () => {
  test('is that of its interval, by Student', () => {
    // SciPy: stats.t.interval(0.95, 4, 1000, np.std(values, ddof=1) / 5 ** 0.5) is 901.84 to 1098.16
    const values = [900, 950, 1000, 1050, 1100]
    const at = (bound: number) => sideOfMean([values], { ...latency, bound })
    expect([901.7, 901.9, 1000, 1098.1, 1098.3].map(at)).toEqual(['broken', 'open', 'open', 'open', 'kept'])
  })

  test('is further away at an early look', () => {
    const values = [900, 950, 1000, 1050, 1100]
    expect(sideOfMean([values], { ...latency, bound: 1150, scale: 2 })).toBe('open')
    expect(sideOfMean([values], { ...latency, bound: 1250, scale: 2 })).toBe('kept')
  })

  test('knows that cases differ', () => {
    const cases = [
      [100, 101, 99, 100],
      [1000, 1001, 999, 1000],
    ]
    expect(sideOfMean(cases, { ...latency, bound: 560 })).toBe('kept')
    expect(sideOfMean([cases.flat()], { ...latency, bound: 560 })).toBe('open')
  })

  test('is not known of one value for each case', () => {
    expect(sideOfMean([[1], [1]], latency)).toBe('open')
  })

  test('that never varies is plain', () => {
    expect(sideOfMean([[9, 9, 9]], { ...latency, bound: 9 })).toBe('kept')
    expect(sideOfMean([[9, 9, 9]], { ...latency, bound: 8 })).toBe('broken')
    expect(sideOfMean([[9, 9, 9]], { ...latency, better: 'higher', bound: 8 })).toBe('kept')
  })

  // The exact test needs 17: 0.8 ** 16 is 0.028, 0.8 ** 17 is 0.0225.
  test.each([
    [10, 'open'],
    [14, 'open'],
    [17, 'kept'],
    [30, 'kept'],
  ])('of %d scores of 1 is about that of the exact test', (count, side) => {
    expect(sideOfMean([Array(count).fill(1)], score)).toBe(side)
  })

  test('of scores that are too low is broken', () => {
    expect(sideOfMean([Array(20).fill(0.2)], score)).toBe('broken')
    expect(sideOfMean([Array(3).fill(0.2)], score)).toBe('open')
    expect(sideOfMean([Array(20).fill(0.2)], { ...score, better: 'lower' })).toBe('kept')
  })

  test('is wrong as rarely as it says', () => {
    const draw = drawing(9)
    const count = 2000
    let wrong = 0
    for (let trial = 0; trial < count; trial++) {
      const values = Array.from({ length: 20 }, () => 1000 + 100 * draw.normal())
      if (sideOfMean([values], { ...latency, bound: 1000 }) !== 'open') wrong += 1
    }
    // Each side 2.5%, within three standard errors
    expect(Math.abs(wrong / count - 0.05)).toBeLessThan(0.015)
  })
})

describe('what is rare', () => {
  test('is told by the binomial distribution', () => {
    // SciPy: stats.binom.cdf(2, 20, 0.3) is 0.03548, 1 - stats.binom.cdf(10, 20, 0.3) is 0.01714
    expect([0.0354, 0.0356].map((level) => rareBelow(2, 20, 0.3, level))).toEqual([false, true])
    expect([0.0171, 0.0172].map((level) => rareAbove(11, 20, 0.3, level))).toEqual([false, true])
  })

  test('what cannot happen is rare, and what must is not', () => {
    expect([rareAbove(0, 9, 0, 0.01), rareAbove(1, 9, 0, 0.01)]).toEqual([false, true])
    expect([rareBelow(9, 9, 1, 0.01), rareBelow(0, 9, 0, 0.01), rareAbove(9, 9, 1, 0.01)]).toEqual([true, false, false])
  })
})
