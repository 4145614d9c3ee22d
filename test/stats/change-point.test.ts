import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changePoints } from '../../src/stats/change-point.ts'
import { normalQuantile } from '../../src/stats/normal.ts'
import { random } from '../../src/stats/random.ts'
import { measurement } from './arbitrary.ts'

/** Normal noise around a level for every place. */
function noisy(seed: number): (length: number, level: (index: number) => number) => number[] {
  const next = random(seed)
  const noise = () => normalQuantile(next() + 2 ** -33)
  return (length, level) => Array.from({ length }, (_, index) => level(index) + noise())
}

const indices = (values: readonly number[], seed = 1) => changePoints(values, { seed }).map(({ index }) => index)

describe('changePoints', () => {
  // Three standard deviations of a binomial (400, 0.01) above its mean.
  test('reports a change in at most alpha of the series that do not change', () => {
    const draw = noisy(2)
    const series = Array.from({ length: 400 }, () => draw(50, () => 0))
    const alarms = series.filter((values, seed) => indices(values, seed).length > 0).length
    expect(alarms).toBeLessThanOrEqual(4 + 3 * Math.sqrt(4))
  })

  test('keeps to any alpha, under extreme values too', () => {
    const next = random(4)
    // Cauchy, which has no variance.
    const series = Array.from({ length: 300 }, () => Array.from({ length: 20 }, () => Math.tan(Math.PI * next())))
    const alarms = series.filter(
      (values, seed) => changePoints(values, { seed, alpha: 0.1, permutations: 99 }).length > 0,
    )
    expect(alarms.length).toBeLessThanOrEqual(30 + 3 * Math.sqrt(27))
    expect(alarms.length).toBeGreaterThanOrEqual(30 - 4 * Math.sqrt(27))
  })

  // The most likely place by least squares is the true one in 86%, and within one of it in 97% of such series.
  test('finds a step of three standard deviations in the middle of 30, at the right place', () => {
    const draw = noisy(3)
    const found = Array.from({ length: 200 }, (_, seed) =>
      indices(
        draw(30, (index) => (index < 15 ? 0 : 3)),
        seed,
      ),
    )
    expect(found.filter((changes) => changes.length === 1).length).toBeGreaterThanOrEqual(190)
    expect(found.filter(([index]) => index === 15).length).toBeGreaterThanOrEqual(155)
    expect(found.filter(([index]) => Math.abs(Number(index) - 15) <= 1).length).toBeGreaterThanOrEqual(186)
  })

  test('finds a step and its way back, with the level before and after each', () => {
    const level = (index: number) => (index >= 20 && index < 30 ? 5 : 0)
    const values = Array.from({ length: 50 }, (_, index) => level(index) + (index % 5) / 10)
    expect(changePoints(values)).toEqual([
      { index: 20, before: 0.2, after: 5.2, p: 1 / 500 },
      { index: 30, before: 5.2, after: 0.2, p: 1 / 500 },
    ])
  })

  // Of the 35 orders of three low and four high values, two part them: low first and high first.
  test('p is the share of all orders that part the values as well', () => {
    const [change] = changePoints([0.1, 0.1, 0.1, 0.7, 0.7, 0.7, 0.7], { alpha: 0.1, permutations: 9999 })
    expect(change?.index).toBe(3)
    expect(Math.abs(Number(change?.p) - 2 / 35)).toBeLessThan(5 * Math.sqrt((2 / 35) * (33 / 35) * 1e-4))
  })

  test('does not take one extreme value for a step', () => {
    const values = noisy(6)(40, (index) => (index === 20 ? 50 : 0))
    expect(indices(values)).toEqual([])
  })

  test('finds nothing in series that are too short or never change', () => {
    expect(changePoints([])).toEqual([])
    expect(changePoints([1, 1, 9, 9, 9])).toEqual([])
    expect(changePoints(new Array<number>(60).fill(3))).toEqual([])
    expect(changePoints([1, 2, 1, 2, 9, 8, 9, 8], { permutations: 50 })).toEqual([])
  })

  test('of the same seed are the same, and do not depend on level or unit', () => {
    const steps = fc
      .integer({ min: 6, max: 40 })
      .chain((length) =>
        fc.tuple(
          fc.array(fc.integer({ min: 0, max: 8 }), { minLength: length, maxLength: length }),
          fc.integer({ min: 0, max: length }),
          fc.nat(),
        ),
      )
    fc.assert(
      fc.property(steps, ([noise, at, seed]) => {
        const values = noise.map((value, index) => value + (index < at ? 0 : 16))
        const changes = changePoints(values, { seed })
        expect(changePoints(values, { seed })).toEqual(changes)
        const scaled = changePoints(
          values.map((value) => 4 * value + 64),
          { seed },
        )
        const expected = changes.map(({ before, after, ...rest }) => ({
          ...rest,
          before: 4 * before + 64,
          after: 4 * after + 64,
        }))
        expect(scaled).toEqual(expected)
      }),
      { numRuns: 40 },
    )
  })

  test('lie apart by the minimum length, in order, with a p of at most alpha', () => {
    const rules = { alpha: 0.2, permutations: 19 }
    fc.assert(
      fc.property(fc.array(measurement, { maxLength: 40 }), fc.integer({ min: 2, max: 6 }), (values, minimumLength) => {
        const changes = changePoints(values, { ...rules, minimumLength })
        const edges = [0, ...changes.map(({ index }) => index), values.length]
        if (changes.length > 0) {
          const lengths = edges.slice(1).map((edge, place) => edge - Number(edges[place]))
          expect(Math.min(...lengths)).toBeGreaterThanOrEqual(minimumLength)
        }
        for (const { p } of changes) {
          expect(p).toBeGreaterThanOrEqual(1 / 20)
          expect(p).toBeLessThanOrEqual(0.2)
        }
      }),
    )
  })

  test.for([
    { alpha: 0 },
    { alpha: 1 },
    { minimumLength: 1 },
    { minimumLength: 2.5 },
    { permutations: 0 },
    { seed: -1 },
  ])('refuse %o', (options) => {
    expect(() => changePoints([1, 2, 3], options)).toThrow(RangeError)
  })

  test('refuse NaN', () => {
    expect(() => changePoints([1, Number.NaN, 3])).toThrow(RangeError)
  })
})
