import { expect, test } from 'vitest'
import { metricNames, metrics } from '../../src/domain/metric.ts'
import { questionOfCheck, questionOfMetric } from '../../src/report/question.ts'
import { thresholdCheck } from './given.ts'

test('every metric answers one question', () => {
  const answered = Map.groupBy(metricNames, questionOfMetric)
  expect(answered.get('worse')).toEqual(['successRatio', 'heapGrowthBytes', 'peakRssBytes'])
  expect(answered.get('slower')?.every((name) => metrics[name].of === 'machine')).toBe(true)
  expect(answered.get('dearer')).toContain('costUsd')
  expect(questionOfMetric('scores.polite')).toBe('worse')
})

test.for(metricNames.filter((name) => name !== 'successRatio'))(
  'a threshold on %s answers the question of its metric',
  (name) => {
    const { label } = metrics[name]
    for (const subject of [label, `${label} p95`, `${label} mean in simple`, `${label} against baseline`])
      expect(questionOfCheck(thresholdCheck(subject))).toBe(questionOfMetric(name))
  },
)

test('success, dead cases, scores and open streams tell worse', () => {
  for (const code of ['success', 'deadCase', 'openStream'] as const)
    expect(questionOfCheck(thresholdCheck('any', { code }))).toBe('worse')
  expect(questionOfCheck(thresholdCheck('score output p50'))).toBe('worse')
})

test('checks of the measurement answer none', () => {
  for (const code of ['unknownMetric', 'tooFewSamples', 'provider', 'missingBaseline', 'spend', 'stopped'] as const)
    expect(questionOfCheck(thresholdCheck('latency p95', { code }))).toBeUndefined()
})
