import { describe, expect, test } from 'vitest'
import { driftOf, sharedDrift } from '../../../src/compare/evidence/drift.ts'

/** Executions that differ by `variance`, of which their runs explain `explained`. */
const between = (variance: number, explained: number, degrees = 9) => ({ variance, explained, degrees })
const guess = 0.03 ** 2

describe('the drift of times', () => {
  test('is a guess of 3% before anybody has seen it', () => {
    expect(driftOf('workingMs', undefined, undefined)).toMatchObject({
      variance: expect.closeTo(guess, 12),
      degrees: 10,
    })
    expect(driftOf('ttftMs', undefined, undefined).variance).toBeCloseTo(guess, 12)
  })

  test('is learnt from sessions, beside a guess that counts as two', () => {
    const learnt = (deviation: number, sessions: number) => driftOf('workingMs', undefined, { deviation, sessions })
    expect(learnt(0.08, 11).variance).toBeCloseTo((2 * guess + 10 * 0.08 ** 2) / 12, 12)
    expect(learnt(0.08, 11).degrees).toBe(12)
    expect(learnt(0, 1001).variance).toBeLessThan(0.002 ** 2)
  })

  test('of few sessions has a tail, but none of one or two degrees of freedom', () => {
    expect(sharedDrift({ deviation: 0.05, sessions: 2 }).degrees).toBe(10)
    expect(sharedDrift({ deviation: 0.05, sessions: 40 }).degrees).toBe(41)
  })

  test('without sessions is learnt from the scenario’s own executions, the less the more their runs vary', () => {
    const learnt = (explained: number) => driftOf('workingMs', between(explained + 0.04 ** 2, explained), undefined)
    const [quiet, noisy, wild] = [1e-4, 1e-3, 1e-1].map((explained) => learnt(explained).variance)
    expect(quiet).toBeLessThan(0.04 ** 2)
    expect(quiet).toBeGreaterThan(noisy ?? Number.NaN)
    expect(noisy).toBeGreaterThan(wild ?? Number.NaN)
    expect(wild).toBeGreaterThan(guess)
    expect(wild).toBeLessThan(1.01 * guess)
  })

  test('executions that differ less than their runs explain make the guess smaller, and never negative', () => {
    const calm = driftOf('workingMs', between(0, 1e-4), undefined)
    expect(calm.variance).toBeLessThan(guess)
    expect(calm.variance).toBeGreaterThan(0)
  })

  test('where sessions are known, a scenario’s own executions tell of the same drift once more', () => {
    const shared = { deviation: 0.08, sessions: 10 }
    expect(driftOf('workingMs', between(0.1 ** 2, 1e-3), shared)).toEqual(driftOf('workingMs', undefined, shared))
  })
})

describe('the drift of what no machine has a part in', () => {
  test('is none', () => {
    for (const metric of ['totalTokens', 'steps', 'costUsd', 'scores.polite'] as const) {
      expect(driftOf(metric, undefined, { deviation: 0.2, sessions: 10 }).variance).toBe(0)
      expect(driftOf(metric, between(0.01, 0.01), undefined).variance).toBe(0)
    }
  })
})

describe('executions that differ by more than chance allows', () => {
  // R: qchisq(0.99, c(1, 4, 9)) / c(1, 4, 9)
  test.for([
    [1, 6.634_897],
    [4, 3.319_176],
    [9, 2.407_333],
  ] as const)('with %d degrees of freedom do so from %d times what is expected on', ([degrees, times]) => {
    const drift = (factor: number) => driftOf('totalTokens', between(factor * times, 1, degrees), undefined).variance
    expect(drift(0.95)).toBe(0)
    expect(drift(1.05)).toBeCloseTo(1.05 * times - 1, 9)
  })

  test('have a drift of their own, judged by as few degrees of freedom as there are executions', () => {
    expect(driftOf('totalTokens', between(0.2 ** 2, 0.01 ** 2, 4), undefined)).toEqual({
      variance: 0.2 ** 2 - 0.01 ** 2,
      degrees: 4,
      own: 0.2 ** 2 - 0.01 ** 2,
    })
  })

  test('what of it the sessions explain is not the scenario’s own', () => {
    const shared = { deviation: 0.03, sessions: 10 }
    const drift = driftOf('workingMs', between(0.2 ** 2, 0.01 ** 2), shared)
    expect(drift.variance).toBeCloseTo(0.2 ** 2 - 0.01 ** 2, 12)
    expect(drift.own).toBeCloseTo(0.2 ** 2 - 0.01 ** 2 - guess, 12)
  })

  test('do so where their runs never vary, if they differ at all', () => {
    expect(driftOf('steps', between(1e-6, 0, 3), undefined)).toMatchObject({ variance: 1e-6, degrees: 3 })
    expect(driftOf('steps', between(0, 0, 3), undefined).variance).toBe(0)
  })
})
