import { expect, test } from 'vitest'
import { explainingValues } from '../../src/domain/explaining.ts'
import { samplesOf } from './given.ts'

test('values that explain are those of the runs that a baseline compares, by metric and case', () => {
  const samples = samplesOf([
    { values: { modelMs: 400, retries: 0, cpuMs: 3 } },
    { caseIndex: 1, values: { modelMs: 500, cachedTokens: 80 } },
    { caseIndex: 1, outcome: 'wrong', values: { modelMs: 600 } },
    { outcome: 'error', values: { modelMs: 1 } },
    { outcome: 'timeout', values: { modelMs: 2 } },
    { outcome: 'infrastructure', values: { modelMs: 3 } },
    { degraded: true, values: { modelMs: 4 } },
  ])
  expect(explainingValues(samples, 2)).toEqual({
    modelMs: [[400], [500, 600]],
    retries: [[0], []],
    cachedTokens: [[], [80]],
  })
})
