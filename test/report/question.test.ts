import { expect, test } from 'vitest'
import { metrics } from '../../src/domain/metric.ts'
import { metricNames } from '../../src/domain/metric-name.ts'
import { questionOfCheck, questionOfMetric } from '../../src/report/question.ts'
import { failedCheck, thresholdCheck } from './given.ts'

test('every metric answers one question', () => {
  const answered = Map.groupBy(metricNames, questionOfMetric)
  expect(answered.get('worse')).toEqual([
    'successRatio',
    'heapGrowthBytes',
    'peakRssBytes',
    'childPeakRssBytes',
    'childPeakPssBytes',
  ])
  expect(answered.get('slower')?.every((name) => metrics[name].of === 'machine')).toBe(true)
  expect(answered.get('dearer')).toContain('costUsd')
  expect(questionOfMetric('scores.polite')).toBe('worse')
})

test.for(metricNames.filter((name) => name !== 'successRatio'))(
  'a threshold on %s answers the question of its metric',
  (name) => {
    expect(questionOfCheck(thresholdCheck(name, 'any'))).toBe(questionOfMetric(name))
    expect(questionOfCheck(thresholdCheck(name, 'any', { code: 'regression' }))).toBe(questionOfMetric(name))
  },
)

test('success, dead cases, scores and open streams tell worse', () => {
  for (const code of ['success', 'deadCase', 'openStream'] as const)
    expect(questionOfCheck(failedCheck(code, 'any'))).toBe('worse')
  expect(questionOfCheck(thresholdCheck('scores.latency', 'score latency p50'))).toBe('worse')
})

test('checks of the measurement answer none', () => {
  for (const code of ['tooFewSamples', 'provider', 'missingBaseline', 'spend', 'insensitive', 'mistake'] as const)
    expect(questionOfCheck(failedCheck(code, 'any'))).toBeUndefined()
  expect(questionOfCheck(thresholdCheck('latencyMs', 'latency p95', { code: 'unknownMetric' }))).toBeUndefined()
})
