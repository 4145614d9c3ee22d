import { describe, expect, test } from 'vitest'
import { addSample, createSamples, type Outcome } from '../../src/domain/sample.ts'
import { slowRunsOf } from '../../src/run/slow-runs.ts'

/** Samples of runs from `fromMs` to `toMs`. */
function samplesOf(runs: readonly (readonly [fromMs: number, toMs: number, outcome?: Outcome])[]) {
  const samples = createSamples(runs.length)
  for (const [startedAtMs, endedAtMs, outcome = 'ok'] of runs)
    addSample(samples, { caseIndex: 0, outcome, degraded: false, dueAtMs: startedAtMs, startedAtMs, endedAtMs })
  return samples
}

describe('the slow runs', () => {
  const oneByOne = samplesOf([
    [0, 10],
    [10, 60],
    [60, 90],
    [90, 190, 'timeout'],
    [190, 900, 'error'],
    [900, 930],
  ])

  test('are the slowest of those that have a latency, the first of two that took as long', () => {
    expect(slowRunsOf(oneByOne, { slowest: 3 })).toEqual([
      { index: 3, latencyMs: 100, beside: [] },
      { index: 1, latencyMs: 50, beside: [] },
      { index: 2, latencyMs: 30, beside: [] },
    ])
  })

  test('took longer than what was asked for', () => {
    expect(slowRunsOf(oneByOne, { slowerThanMs: 50, slowest: 3 }).map(({ index }) => index)).toEqual([3])
    expect(slowRunsOf(oneByOne, { slowerThanMs: 100, slowest: 3 })).toEqual([])
  })

  test('have those beside them that were in flight when they started', () => {
    const samples = samplesOf([
      [0, 40],
      [5, 100],
      [5, 50],
      [40, 70],
      [4, 5],
    ])
    expect(slowRunsOf(samples, { slowest: 1 })).toEqual([{ index: 1, latencyMs: 95, beside: [0, 2] }])
  })

  test('have at most 49 others beside them', () => {
    const samples = samplesOf(Array.from({ length: 80 }, (_, at) => [0, at + 1] as const))
    expect(slowRunsOf(samples, { slowest: 1 })[0]?.beside).toHaveLength(49)
  })
})
