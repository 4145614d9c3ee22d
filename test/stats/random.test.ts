import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { mean, standardDeviation } from '../../src/stats/moments.ts'
import { normalUpperTail } from '../../src/stats/normal.ts'
import { exponential, gamma, random, sampleWithoutReplacement } from '../../src/stats/random.ts'
import { sorted } from '../../src/stats/sorted.ts'

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

/** The largest distance between the distribution of `values` and `distribution`: Kolmogorov & Smirnov's. */
function distance(values: Float64Array, distribution: (value: number) => number): number {
  return sorted(values).reduce((largest, value, index) => {
    const expected = distribution(value)
    return Math.max(largest, expected - index / values.length, (index + 1) / values.length - expected)
  }, 0)
}

const draws = 100_000
// Below it in 99.9% of samples from the same distribution. SciPy: kstwobign.isf(0.001)
const largestDistance = 1.9495 / Math.sqrt(draws)

describe('exponential', () => {
  const next = random(5)
  const values = Float64Array.from({ length: draws }, () => exponential(next))

  test('has the exponential distribution', () => {
    expect(distance(values, (value) => -Math.expm1(-value))).toBeLessThan(largestDistance)
  })

  test('has mean 1 and standard deviation 1', () => {
    // Four standard errors: of the mean 1 / √n, of the deviation √2 / √n.
    expect(Math.abs(mean(values) - 1)).toBeLessThan(4 / Math.sqrt(draws))
    expect(Math.abs((standardDeviation(values) ?? 0) - 1)).toBeLessThan((4 * Math.SQRT2) / Math.sqrt(draws))
  })

  test('is finite and never negative at the ends of the uniform numbers', () => {
    expect(exponential(() => 0)).toBeGreaterThanOrEqual(0)
    expect(exponential(() => 1 - 2 ** -32)).toBeCloseTo(32 * Math.LN2, 12)
  })
})

describe('gamma', () => {
  const drawn = (shape: number) => {
    const next = random(6)
    return Float64Array.from({ length: draws }, () => gamma(next, shape))
  }

  // Where the distribution is elementary: of a whole shape by the sum of Erlang's, of a half as that of a square of a normal number.
  const erlang = (shape: number) => (value: number) => {
    let term = Math.exp(-value)
    let above = term
    for (let k = 1; k < shape; k++) {
      term *= value / k
      above += term
    }
    return 1 - above
  }
  const half = (value: number) => 1 - 2 * normalUpperTail(Math.sqrt(2 * value))
  // Γ(3/2): F(x) = F½(x) − 2 √(x / π) e⁻ˣ
  const threeHalves = (value: number) => half(value) - 2 * Math.sqrt(value / Math.PI) * Math.exp(-value)

  test.for<[number, (value: number) => number]>([
    [0.5, half],
    [1, erlang(1)],
    [1.5, threeHalves],
    [2, erlang(2)],
    [30, erlang(30)],
  ])('of shape %d has the gamma distribution', ([shape, distribution]) => {
    expect(distance(drawn(shape), distribution)).toBeLessThan(largestDistance)
  })

  test.for([0.1, 0.25, 0.5, 1, 2.5, 10, 1000])('of shape %d has that mean and variance', (shape) => {
    const values = drawn(shape)
    const deviation = standardDeviation(values) ?? 0
    // Four standard errors; excess kurtosis is 6 / shape.
    expect(Math.abs(mean(values) - shape)).toBeLessThan(4 * Math.sqrt(shape / draws))
    expect(Math.abs(deviation ** 2 / shape - 1)).toBeLessThan(4 * Math.sqrt((2 + 6 / shape) / draws))
  })

  test('is the same of the same seed', () => {
    expect(drawn(0.7)).toEqual(drawn(0.7))
  })

  test.for([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d for a shape', (shape) => {
    expect(() => gamma(random(1), shape)).toThrow(RangeError)
  })
})
