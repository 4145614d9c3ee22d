import { describe, expect, test } from 'vitest'
import { arrivals, countArrivals } from '../../../src/domain/load/arrival.ts'
import type { OpenLoad } from '../../../src/domain/load/load.ts'

const load: OpenLoad = { ratePerSecond: 100, arrival: 'constant', seed: 1, pacing: 'timer' }

function take(given: OpenLoad, count: number): { index: number; dueMs: number }[] {
  const taken = []
  for (const arrival of arrivals(given)) {
    if (taken.length === count) break
    taken.push(arrival)
  }
  return taken
}

function gapsOf(given: OpenLoad, count: number): number[] {
  const due = take(given, count).map(({ dueMs }) => dueMs)
  return due.slice(1).map((dueMs, at) => dueMs - (due[at] ?? 0))
}

/** Mean, and standard deviation over the mean. */
function momentsOf(values: readonly number[]): { mean: number; variation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, variation: Math.sqrt(variance) / mean }
}

describe('a constant rate', () => {
  test('starts at once, and then at its distance', () => {
    expect(take(load, 4)).toEqual([0, 10, 20, 30].map((dueMs, index) => ({ index, dueMs })))
  })

  test('ends with its time', () => {
    expect(countArrivals({ ...load, durationMs: 95 })).toBe(10)
    expect(countArrivals({ ...load, durationMs: 90 })).toBe(9)
    expect(countArrivals(load)).toBeUndefined()
  })

  test('in stages comes to the area under them', () => {
    // 0 → 100/s in a second, then 2 s of it, then down in a second: 50 + 200 + 50.
    const stages = [1_000, 2_000, 1_000].map((durationMs, at) => ({ durationMs, ratePerSecond: at === 2 ? 0 : 100 }))
    const staged = { ...load, stages, durationMs: 4_000 }
    expect(countArrivals(staged)).toBe(300)
    const due = take(staged, 300).map(({ dueMs }) => dueMs)
    expect(due.filter((dueMs) => dueMs < 1_000)).toHaveLength(50)
    expect(due.filter((dueMs) => dueMs >= 1_000 && dueMs < 3_000)).toHaveLength(200)
  })
})

describe('random arrivals', () => {
  // Oracles: gaps of a Poisson process vary by their mean (exponential); those of gamma k by 1 / √k.
  test.each([
    ['poisson', 1],
    [{ gamma: 4 }, 0.5],
    [{ gamma: 0.25 }, 2],
  ] as const)('%j have the rate as their mean and vary by %f', (arrival, expected) => {
    const { mean, variation } = momentsOf(gapsOf({ ...load, arrival }, 40_000))
    expect(mean).toBeGreaterThan(9.7)
    expect(mean).toBeLessThan(10.3)
    expect(Math.abs(variation / expected - 1)).toBeLessThan(0.04)
  })

  test('are the same for the same seed, and others for another', () => {
    const due = (seed: number) => take({ ...load, arrival: 'poisson', seed }, 50)
    expect(due(7)).toEqual(due(7))
    expect(due(7)).not.toEqual(due(8))
  })

  test('rise, whatever the stages', () => {
    const stages = [
      { durationMs: 500, ratePerSecond: 50 },
      { durationMs: 0, ratePerSecond: 400 },
      { durationMs: 500, ratePerSecond: 10 },
    ]
    const gaps = gapsOf({ ...load, arrival: 'poisson', stages, durationMs: 1_000 }, 10_000)
    expect(gaps.length).toBeGreaterThan(50)
    expect(gaps.every((gap) => gap >= 0)).toBe(true)
  })
})

describe('a segment', () => {
  const poisson: OpenLoad = { ...load, arrival: 'poisson', durationMs: 2_000 }

  test('is its part of the stream, and all parts are the whole', () => {
    const whole = [...arrivals(poisson)]
    const parts = [1, 2, 3].map((index) => [...arrivals({ ...poisson, segment: { index, of: 3 } })])
    expect(parts.flat().sort((a, b) => a.index - b.index)).toEqual(whole)
    for (const [at, part] of parts.entries()) expect(new Set(part.map(({ index }) => index % 3))).toEqual(new Set([at]))
  })
})

describe('a trace', () => {
  const trace = { file: 'a.csv', speed: 1, runs: 4, dueAtMs: [0, 5, 5, 80] }

  test('says when', () => {
    expect([...arrivals({ ...load, trace })].map(({ dueMs }) => dueMs)).toEqual([0, 5, 5, 80])
    expect([...arrivals({ ...load, trace, durationMs: 80 })]).toHaveLength(3)
  })
})
