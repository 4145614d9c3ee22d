import { describe, expect, test } from 'vitest'
import { drawing, drawOrder, drawSuccess, drawTimes } from '../../calibrate/draw.ts'
import { mean, standardDeviation } from '../../src/stats/moments.ts'

const many = 50_000

/** Correlation of each value with the one before. */
function neighbours(values: readonly number[]): number {
  const centre = mean(values)
  const products = values.slice(1).map((value, index) => (value - centre) * ((values[index] ?? 0) - centre))
  return mean(products) / mean(values.map((value) => (value - centre) ** 2))
}

function deviation(values: readonly number[]): number {
  return standardDeviation(values) ?? Number.NaN
}

describe('drawing', () => {
  test('draws the same from the same seed, and something else from another', () => {
    const draw = (seed: number) => drawTimes(drawing(seed), 5, 0.2)
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  test('draws standard normal numbers', () => {
    const { normal } = drawing(1)
    const values = Array.from({ length: many }, normal)
    expect(mean(values)).toBeCloseTo(0, 1)
    expect(deviation(values)).toBeCloseTo(1, 1)
    // 1 − Φ(1.96)
    expect(values.filter((value) => value > 1.96).length / many).toBeCloseTo(0.025, 2)
  })
})

describe('times', () => {
  test('take 2 to 5 times as long in 3 runs of 100', () => {
    const spikes = drawTimes(drawing(2), many, 0).filter((value) => value !== 0)
    expect(spikes.length / many).toBeCloseTo(0.03, 2)
    expect(Math.min(...spikes)).toBeGreaterThanOrEqual(Math.log(2))
    expect(Math.max(...spikes)).toBeLessThan(Math.log(5))
  })

  test('are like the one before by an autocorrelation of 0.2, from the first pair on', () => {
    // So wide that spikes, which are like nothing, do not matter.
    expect(neighbours(drawTimes(drawing(3), many, 100))).toBeCloseTo(0.2, 1)
    const draw = drawing(4)
    const pairs = Array.from({ length: many }, () => drawTimes(draw, 2, 100))
    expect(mean(pairs.map(([first = 0, second = 0]) => first * second)) / 100 ** 2).toBeCloseTo(0.2, 1)
  })

  test.for([0.1, 0.2, 0.4, 0.8])('deviate by %d without their spikes', (sigma) => {
    const values = drawTimes(drawing(5), many, sigma).sort((one, other) => one - other)
    const at = (share: number) => values[Math.floor(share * many)] ?? Number.NaN
    // The lower quartile of a normal distribution lies 0.6745 deviations below its middle, and spikes are far above both.
    expect((at(0.5) - at(0.25)) / 0.6745 / sigma).toBeCloseTo(1, 1)
  })
})

test('runs fail as often as they should', () => {
  expect(1 - mean(drawSuccess(drawing(6), many, 0.05))).toBeCloseTo(0.05, 2)
})

test('an order has everything once, and everything anywhere', () => {
  const draw = drawing(7)
  const orders = Array.from({ length: 6000 }, () => drawOrder(draw, 3))
  expect(orders.every((order) => order.toSorted().join() === '0,1,2')).toBe(true)
  const kinds = Map.groupBy(orders, (order) => order.join())
  expect([...kinds.values()].map((kind) => kind.length / 6000)).toEqual(Array(6).fill(expect.closeTo(1 / 6, 1)))
})
