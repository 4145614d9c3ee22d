import { describe, expect, test } from 'vitest'
import { isTiny, matureExecutions, smallestEffectRatio } from '../../../src/compare/evidence/rule.ts'
import { times } from '../../domain/given.ts'

describe('the smallest effect that is a regression', () => {
  test('is 10%', () => {
    expect(smallestEffectRatio('workingMs', 10)).toBe(0.1)
    expect(smallestEffectRatio('totalTokens', 10)).toBe(0.1)
    expect(smallestEffectRatio('successRatio', Number.POSITIVE_INFINITY)).toBe(0.1)
  })

  test('of a time is larger while the baseline is young, and shrinks with every execution', () => {
    const ratios = times(matureExecutions, (position) => smallestEffectRatio('workingMs', position + 1))
    expect(ratios).toEqual([0.5, 0.4, 0.3, 0.25, 0.1])
    expect(smallestEffectRatio('ttftMs', 1)).toBe(0.5)
  })

  test('of what no machine has a part in is the same from the first execution on', () => {
    for (const metric of ['totalTokens', 'steps', 'costUsd', 'successRatio', 'scores.polite'] as const)
      expect(smallestEffectRatio(metric, 1)).toBe(0.1)
  })
})

describe('a change that no clock could tell', () => {
  const line = (location: number) => ({ n: 20, location })

  test('is one of under a millisecond, either way', () => {
    expect(isTiny('workingMs', line(2), line(2.9))).toBe(true)
    expect(isTiny('workingMs', line(2.9), line(2))).toBe(true)
    expect(isTiny('workingMs', line(2), line(3))).toBe(false)
  })

  test('is none of what is no time', () => {
    expect(isTiny('steps', line(2), line(2.5))).toBe(false)
    expect(isTiny('successRatio', line(1), line(0.5))).toBe(false)
  })
})
