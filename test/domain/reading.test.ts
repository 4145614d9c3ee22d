import { expect, test } from 'vitest'
import { readMetric, readScore } from '../../src/domain/reading.ts'
import { samplesOf } from './given.ts'

const samples = samplesOf([
  { endedAtMs: 10, values: { inputTokens: 5 }, calls: [{ modelTtftMs: 1 }, {}], scores: { polite: 1 } },
  { outcome: 'limit', endedAtMs: 20, calls: [{ modelTtftMs: 2 }] },
  { endedAtMs: 30, values: { inputTokens: 7 }, calls: [{ modelTtftMs: 3 }] },
])

test('values of runs come with their runs, and those that a limit stopped are bounds', () => {
  expect(readMetric(samples, [0, 1, 2], 'latencyMs')).toEqual({
    values: [10, 20, 30],
    runs: [0, 1, 2],
    missing: 0,
    bounds: [20],
  })
})

test('a run without a value is missing', () => {
  expect(readMetric(samples, [0, 1], 'inputTokens')).toMatchObject({ values: [5], runs: [0], missing: 1 })
  expect(readScore(samples, [0, 2], 'polite')).toEqual({ values: [1], runs: [0], missing: 1, bounds: [] })
  expect(readScore(samples, [0], 'rude')).toMatchObject({ values: [], missing: 1 })
})

test('values of model calls are those of the runs that made them', () => {
  expect(readMetric(samples, [0, 2], 'modelTtftMs')).toEqual({ values: [1, 3], runs: [0, 2], missing: 1, bounds: [] })
})
