import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { durationOf, instantOf, type Levels, levelAt, nextStepMs } from '../../../src/domain/load/level.ts'

const upAndDown: Levels = {
  start: 0,
  ramps: [
    { durationMs: 1_000, level: 4 },
    { durationMs: 500, level: 4 },
    { durationMs: 0, level: 10 },
    { durationMs: 1_000, level: 0 },
  ],
}

const anyLevels: fc.Arbitrary<Levels> = fc.record({
  start: fc.integer({ min: 0, max: 50 }),
  ramps: fc.array(
    fc.record({ durationMs: fc.integer({ min: 0, max: 5_000 }), level: fc.integer({ min: 0, max: 50 }) }),
    { minLength: 1, maxLength: 5 },
  ),
})

describe('levelAt', () => {
  test.each([
    [0, 0],
    [250, 1],
    [999, 3.996],
    [1_000, 4],
    [1_499, 4],
    [1_500, 10],
    [2_000, 5],
    [2_500, 0],
    [9_999, 0],
  ])('at %i ms is %f', (atMs, level) => {
    expect(levelAt(upAndDown, atMs)).toBeCloseTo(level, 12)
  })

  test('the ramps take as long as all of them', () => {
    expect(durationOf(upAndDown)).toBe(2_500)
  })
})

describe('nextStepMs', () => {
  test('tells each instant at which the rounded level changes, up, by a jump and down', () => {
    const steps: [number, number][] = []
    let atMs = nextStepMs(upAndDown, 0)
    while (atMs !== undefined && steps.length < 20) {
      steps.push([Math.round(atMs), Math.round(levelAt(upAndDown, atMs))])
      atMs = nextStepMs(upAndDown, atMs)
    }
    expect(steps).toEqual([
      [125, 1],
      [375, 2],
      [625, 3],
      [875, 4],
      [1_500, 10],
      ...[9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((level) => [1_550 + (9 - level) * 100, level]),
    ])
  })

  test('never misses a step, and always comes to the end', () => {
    fc.assert(
      fc.property(anyLevels, fc.integer({ min: 0, max: 20_000 }), (levels, atMs) => {
        const now = Math.round(levelAt(levels, atMs))
        const nextMs = nextStepMs(levels, atMs)
        const untilMs = nextMs ?? durationOf(levels) + 1
        for (let probe = 0; probe < 50; probe++) {
          const betweenMs = atMs + ((untilMs - 1e-3 - atMs) * probe) / 50
          if (betweenMs < untilMs) expect(Math.round(levelAt(levels, betweenMs))).toBe(now)
        }
        if (nextMs !== undefined) expect(Math.round(levelAt(levels, nextMs))).not.toBe(now)
      }),
    )
  })
})

describe('instantOf', () => {
  test('is when so many have come, by hand', () => {
    // 4/s after an even second from 0: half of 4 in it. Then 2 in half a second, then 10 → 0 in a second: 5.
    expect(instantOf(upAndDown, 0)).toBe(0)
    expect(instantOf(upAndDown, 2)).toBeCloseTo(1_000, 9)
    expect(instantOf(upAndDown, 3)).toBeCloseTo(1_250, 9)
    expect(instantOf(upAndDown, 4)).toBeCloseTo(1_500, 9)
    expect(instantOf(upAndDown, 9)).toBeUndefined()
    // 10 t − 5 t² = 2.5: t = 1 − √0.5.
    expect(instantOf(upAndDown, 6.5)).toBeCloseTo(1_500 + 1_000 * (1 - Math.SQRT1_2), 9)
  })

  test('undoes the integral of the level', () => {
    fc.assert(
      fc.property(anyLevels, fc.double({ min: 0, max: 1, noNaN: true }), (levels, share) => {
        const stepMs = 0.5
        let whole = 0
        for (let atMs = 0; atMs < durationOf(levels); atMs += stepMs)
          whole += (levelAt(levels, atMs + stepMs / 2) * stepMs) / 1000
        fc.pre(whole > 1)
        const count = share * whole * 0.99
        const foundMs = instantOf(levels, count)
        if (foundMs === undefined) throw new Error('expected an instant')
        let counted = 0
        for (let atMs = 0; atMs + stepMs <= foundMs; atMs += stepMs)
          counted += (levelAt(levels, atMs + stepMs / 2) * stepMs) / 1000
        // No more than a step of the sum off.
        expect(Math.abs(counted - count)).toBeLessThan((52 * stepMs) / 1000 + 1e-6)
      }),
      { numRuns: 40 },
    )
  })
})
