import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { mean } from '../../src/stats/moments.ts'
import { random, sampleWithoutReplacement } from '../../src/stats/random.ts'

describe('random', () => {
  // generate.py: the reference of xoshiro128** 1.1, checked against the vectors of rand_xoshiro
  test.for(oracle.random)('from seed $seed is the reference', ({ seed, words }) => {
    const next = random(seed)
    expect(words.map(() => next() * 2 ** 32)).toEqual(words)
  })

  test('generators of one seed agree and do not disturb each other', () => {
    const [one, other] = [random(7), random(7)]
    const first = [one(), one(), one()]
    expect([other(), other(), other()]).toEqual(first)
  })

  test('is uniform', () => {
    const next = random(1)
    const counts = new Array<number>(20).fill(0)
    for (let draw = 0; draw < 100_000; draw++) {
      const bin = Math.floor(next() * 20)
      counts[bin] = (counts[bin] ?? 0) + 1
    }
    const chiSquare = counts.reduce((total, count) => total + (count - 5000) ** 2 / 5000, 0)
    // The 0.001- and 0.999-quantile with 19 degrees of freedom. R: qchisq(c(0.001, 0.999), 19)
    expect(chiSquare).toBeGreaterThan(5.4)
    expect(chiSquare).toBeLessThan(43.8)
  })

  test('stays below 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
        const next = random(seed)
        for (let draw = 0; draw < 20; draw++) {
          const value = next()
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThan(1)
        }
      }),
    )
  })

  test.for([-1, 0.5, 2 ** 32, Number.NaN])('refuses %d for a seed', (seed) => {
    expect(() => random(seed)).toThrow(RangeError)
  })
})

describe('sampleWithoutReplacement', () => {
  test('draws different indices in ascending order', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(), (count, more, seed) => {
        const size = count + more
        const indices = sampleWithoutReplacement(count, size, random(seed))
        expect(indices).toHaveLength(count)
        expect(indices).toEqual([...new Set(indices)].sort((one, other) => one - other))
        for (const index of indices) expect(index).toBeLessThan(size)
      }),
    )
  })

  test('of everything is everything', () => {
    expect(sampleWithoutReplacement(4, 4, random(1))).toEqual([0, 1, 2, 3])
    expect(sampleWithoutReplacement(0, 0, random(1))).toEqual([])
  })

  test('makes each set of indices equally likely', () => {
    const next = random(3)
    const counts = new Map<string, number>()
    for (let draw = 0; draw < 20_000; draw++) {
      const set = sampleWithoutReplacement(2, 5, next).join()
      counts.set(set, (counts.get(set) ?? 0) + 1)
    }
    expect(counts.size).toBe(10)
    expect(mean([...counts.values()])).toBe(2000)
    // Five standard deviations of a binomial (20 000, 0.1).
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(212)
  })

  test.for([
    [3, 2],
    [-1, 2],
    [0.5, 2],
    [1, Number.NaN],
  ] as const)('refuses %d of %d', ([count, size]) => {
    expect(() => sampleWithoutReplacement(count, size, random(1))).toThrow(RangeError)
  })
})
