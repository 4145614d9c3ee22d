import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { median } from '../../src/stats/moments.ts'
import { exponential, random } from '../../src/stats/random.ts'
import {
  efficiencyOf,
  type ScalingLaw,
  scalingLaw,
  type ThroughputPoint,
  throughputUnder,
} from '../../src/stats/scaling-law.ts'
import { sorted } from '../../src/stats/sorted.ts'
import { relativeError } from './relative-error.ts'

const measured = [1, 2, 5, 10, 20]

/** What a system under `law` would measure, times what `noise` answers. */
function pointsUnder(
  law: ScalingLaw,
  concurrencies: readonly number[] = measured,
  noise: () => number = () => 1,
): ThroughputPoint[] {
  return concurrencies.map((concurrency) => ({ concurrency, throughput: throughputUnder(law, concurrency) * noise() }))
}

/** Fits of `law` with 5% of noise in each point. */
function fitsOf(law: ScalingLaw): ScalingLaw[] {
  return Array.from({ length: 300 }, (_, seed) => {
    const next = random(seed)
    const normal = () => Math.sqrt(2 * exponential(next)) * Math.cos(2 * Math.PI * next())
    const fit = scalingLaw(pointsUnder(law, measured, () => 1 + 0.05 * normal()))
    if (fit === undefined) throw new Error('expected a fit')
    return fit
  })
}

function medianOf(values: readonly number[]): number {
  return median(sorted(values))
}

describe('scalingLaw', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const laws = fc
    .tuple(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), share, share)
    .map(([lambda, contention, crosstalk]) => ({ lambda, contention, crosstalk: crosstalk ** 2 }))

  test('recovers every law from points without noise', () => {
    fc.assert(
      fc.property(laws, fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 3, maxLength: 8 }), (law, ns) => {
        const points = pointsUnder(law, ns)
        const fit = scalingLaw(points)
        // Far from one, its throughput follows from differences in which digits are lost.
        for (const { concurrency, throughput } of points)
          expect(relativeError(fit && throughputUnder(fit, concurrency), throughput)).toBeLessThan(1e-8)
      }),
    )
    fc.assert(
      fc.property(laws, (law) => {
        const fit = scalingLaw(pointsUnder(law))
        expect(relativeError(fit?.lambda, law.lambda)).toBeLessThan(1e-8)
        expect(Math.abs(Number(fit?.contention) - law.contention)).toBeLessThan(1e-7)
        expect(Math.abs(Number(fit?.crosstalk) - law.crosstalk)).toBeLessThan(1e-7 * (1 + law.crosstalk))
      }),
    )
  })

  test('has its peak where a law with crosstalk has', () => {
    const law = { lambda: 3, contention: 0.05, crosstalk: 0.005 }
    const fit = scalingLaw(pointsUnder(law))
    expect(relativeError(fit?.peakConcurrency, Math.sqrt(0.95 / 0.005))).toBeLessThan(1e-10)
    expect(relativeError(fit?.peakThroughput, throughputUnder(law, Math.sqrt(0.95 / 0.005)))).toBeLessThan(1e-10)
  })

  test('without crosstalk is that of Amdahl, and has no peak', () => {
    const fit = scalingLaw(pointsUnder({ lambda: 3, contention: 0.1, crosstalk: 0 }))
    expect(fit).toEqual({ lambda: expect.closeTo(3, 12), contention: expect.closeTo(0.1, 12), crosstalk: 0 })
  })

  test('without contention has crosstalk alone', () => {
    const fit = scalingLaw(pointsUnder({ lambda: 3, contention: 0, crosstalk: 0.01 }))
    expect(fit?.contention).toBe(0)
    expect(relativeError(fit?.peakConcurrency, 10)).toBeLessThan(1e-12)
  })

  test('without either is a straight line', () => {
    const fit = scalingLaw(pointsUnder({ lambda: 3, contention: 0, crosstalk: 0 }))
    expect(fit).toEqual({ lambda: expect.closeTo(3, 12), contention: 0, crosstalk: 0 })
  })

  test('of a system in which two do less than one has its peak at one', () => {
    const fit = scalingLaw(pointsUnder({ lambda: 3, contention: 0.3, crosstalk: 2 }))
    expect(fit?.peakConcurrency).toBe(1)
    expect(relativeError(fit?.peakThroughput, 3)).toBeLessThan(1e-12)
  })

  test('of throughput that grows faster than those at work is a straight line', () => {
    const fit = scalingLaw(measured.map((concurrency) => ({ concurrency, throughput: concurrency ** 1.5 })))
    expect(fit).toEqual({ lambda: expect.any(Number), contention: 0, crosstalk: 0 })
  })

  // METHODOLOGY.md says so: contention, crosstalk, n*, and its 5%, 50% and 95% quantiles over 300 seeds of points with 5% of noise.
  test.for([
    [0.05, 0.005, 13.78, 11.9, 13.67, 17.06],
    [0.1, 0.02, 6.708, 6.227, 6.698, 7.266],
    [0.3, 0.3, 1.528, 1.311, 1.54, 1.723],
    [0.04, 0.001, 30.98, 20.22, 30.19, Number.MAX_VALUE],
  ] as const)('of %d and %d finds its peak at %d again in noise', ([contention, crosstalk, peak, ...found]) => {
    const fits = fitsOf({ lambda: 3, contention, crosstalk })
    const peaks = sorted(fits.map(({ peakConcurrency = Number.MAX_VALUE }) => peakConcurrency))
    for (const [index, share] of [0.05, 0.5, 0.95].entries())
      expect(relativeError(peaks[share * peaks.length], Number(found[index]))).toBeLessThan(0.001)
    expect(relativeError(found[1], peak)).toBeLessThan(0.03)
    expect(relativeError(medianOf(fits.map(({ lambda }) => lambda)), 3)).toBeLessThan(0.01)
    expect(Math.abs(medianOf(fits.map((fit) => fit.contention)) - contention)).toBeLessThan(0.015)
    expect(relativeError(medianOf(fits.map((fit) => fit.crosstalk)), crosstalk)).toBeLessThan(0.08)
  })

  test('of noisy points never leaves what is possible', () => {
    for (const law of [
      { lambda: 3, contention: 0, crosstalk: 0 },
      { lambda: 3, contention: 1, crosstalk: 0.001 },
    ]) {
      for (const { lambda, contention, crosstalk, peakConcurrency } of fitsOf(law)) {
        expect(lambda).toBeGreaterThan(0)
        expect(contention).toBeGreaterThanOrEqual(0)
        expect(contention).toBeLessThanOrEqual(1)
        expect(crosstalk).toBeGreaterThanOrEqual(0)
        expect(peakConcurrency === undefined).toBe(crosstalk === 0)
      }
    }
  })

  // SciPy: least_squares of √w (ln X − ln X(n)) in ln λ, σ and κ, bounds=([-inf, 0, 0], [inf, 1, inf]), *tol=1e-15, best of nine starts
  test.for<[string, number[], number[], number[] | undefined, [number, number, number]]>([
    [
      'noisy points',
      [1, 2, 5, 10, 20],
      [3.1, 5.5, 12.4, 15.2, 15.1],
      undefined,
      [3.04307837645, 0.0446925289756, 0.00585262208423],
    ],
    ['a system that falls', [1, 2, 4, 8], [10, 7, 2.9, 1.1], undefined, [10.3719077407, 0, 1.16669129524]],
    [
      'weighted points',
      [1, 2, 4, 8, 16, 32],
      [100, 190, 370, 640, 980, 1150],
      [500, 400, 300, 200, 100, 50],
      [99.3157584571, 0.0258656409423, 0.000971454392761],
    ],
    [
      'repeated points',
      [1, 1, 3, 3, 9, 9],
      [2, 2.3, 5.2, 4.9, 9, 8.1],
      undefined,
      [2.14476105895, 0.127209889249, 0.00337635482016],
    ],
  ])('of %s is that of SciPy', ([, ns, throughputs, weights, [lambda, contention, crosstalk]]) => {
    const points = ns.map((concurrency, index) => ({
      concurrency,
      throughput: Number(throughputs[index]),
      weight: weights?.[index],
    }))
    const fit = scalingLaw(points)
    expect(relativeError(fit?.lambda, lambda)).toBeLessThan(1e-7)
    expect(relativeError(fit?.contention, contention)).toBeLessThan(1e-7)
    expect(relativeError(fit?.crosstalk, crosstalk)).toBeLessThan(1e-7)
  })

  test('a weight counts as points do', () => {
    const points = measured.map((concurrency, index) => ({ concurrency, throughput: [3, 5, 13, 14, 15][index] ?? 0 }))
    const [first = { concurrency: 1, throughput: 3 }] = points
    const weighted = scalingLaw([{ ...first, weight: 3 }, ...points.slice(1)])
    expect(relativeError(weighted?.crosstalk, scalingLaw([first, first, ...points])?.crosstalk ?? 0)).toBeLessThan(1e-9)
  })

  test('is absent below three different concurrencies', () => {
    expect(scalingLaw([])).toBeUndefined()
    expect(scalingLaw(pointsUnder({ lambda: 3, contention: 0, crosstalk: 0 }, [1, 1, 2, 2]))).toBeUndefined()
  })

  test('is absent when throughput falls too steeply to tell that of one', () => {
    const points = [5, 10, 20].map((concurrency) => ({ concurrency, throughput: 1 / (concurrency - 1) }))
    expect(scalingLaw(points)).toBeUndefined()
  })

  test.for<[string, Partial<ThroughputPoint>]>([
    ['a concurrency from 1, got 0', { concurrency: 0 }],
    ['a concurrency from 1, got NaN', { concurrency: Number.NaN }],
    ['a throughput above 0, got 0', { throughput: 0 }],
    ['a throughput above 0, got Infinity', { throughput: Number.POSITIVE_INFINITY }],
    ['a weight above 0, got 0', { weight: 0 }],
  ])('expects %s', ([message, wrong]) => {
    const points = pointsUnder({ lambda: 3, contention: 0, crosstalk: 0 })
    const point = { concurrency: 7, throughput: 9, ...wrong }
    expect(() => scalingLaw([...points, point])).toThrow(new RangeError(`expected ${message}`))
  })
})

describe('efficiencyOf', () => {
  test('is 1 of those who do not hinder each other, and what is left of it otherwise', () => {
    expect(efficiencyOf(30, 3, 10)).toBe(1)
    expect(efficiencyOf(3, 3, 10)).toBe(0.1)
    expect(efficiencyOf(0, 3, 10)).toBe(0)
  })

  test('of ten under contention and crosstalk of 0.3 is 3.3%', () => {
    const law = { lambda: 2, contention: 0.3, crosstalk: 0.3 }
    expect(efficiencyOf(throughputUnder(law, 10), throughputUnder(law, 1), 10)).toBeCloseTo(1 / 30.7, 12)
  })

  test('is absent when one alone gets nothing done', () => {
    expect(efficiencyOf(3, 0, 10)).toBeUndefined()
  })

  test.for([
    [-1, 1, 1],
    [1, Number.NaN, 1],
    [1, 1, 0],
  ] as const)('refuses %d, %d and %d', ([throughputAt, throughputAtOne, concurrency]) => {
    expect(() => efficiencyOf(throughputAt, throughputAtOne, concurrency)).toThrow(RangeError)
  })
})
