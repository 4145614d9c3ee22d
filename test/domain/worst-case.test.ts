import { describe, expect, test } from 'vitest'
import { metrics } from '../../src/domain/metric.ts'
import { isWorse, nameWorstCase } from '../../src/domain/worst-case.ts'
import { summaryOf } from './given.ts'

test('worse is above where lower is better, and below where higher is; the bound itself is neither', () => {
  expect([1, 2, 3].map((value) => isWorse('lower', value, 2))).toEqual([false, false, true])
  expect([1, 2, 3].map((value) => isWorse('higher', value, 2))).toEqual([true, false, false])
})

describe('nameWorstCase', () => {
  const cases = ['a', 'b', 'c'].map((name) => ({ name, input: name }))
  const { cases: groups } = summaryOf(
    [
      { caseIndex: 0, endedAtMs: 100, calls: [{ outputTokensPerSecond: 50 }] },
      { caseIndex: 1, endedAtMs: 900, calls: [{ outputTokensPerSecond: 80 }] },
      { caseIndex: 2, endedAtMs: 300, calls: [{ outputTokensPerSecond: 20 }] },
    ],
    cases,
  )

  test('is the one with the highest mean where lower is better, else the lowest', () => {
    expect(nameWorstCase('latencyMs', groups, metrics.latencyMs)).toBe('The worst case is "b" (mean 900 ms).')
    expect(nameWorstCase('outputTokensPerSecond', groups, metrics.outputTokensPerSecond)).toBe(
      'The worst case is "c" (mean 20/s).',
    )
  })

  test('is not told when fewer than two cases know the metric', () => {
    expect(nameWorstCase('latencyMs', groups.slice(0, 1), metrics.latencyMs)).toBeUndefined()
    expect(nameWorstCase('costUsd', groups, metrics.costUsd)).toBeUndefined()
  })
})
