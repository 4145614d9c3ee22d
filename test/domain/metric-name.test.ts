import { expect, test } from 'vitest'
import { metrics } from '../../src/domain/metric.ts'
import {
  distributionMetricNames,
  limitNames,
  metricNames,
  runMetricNames,
  scenarioMetricNames,
} from '../../src/domain/metric-name.ts'

test('every metric is per run, per model call or per scenario', () => {
  expect([...distributionMetricNames, ...scenarioMetricNames].sort()).toEqual([...metricNames].sort())
  for (const name of runMetricNames) expect(distributionMetricNames).toContain(name)
})

test('what can stop a run grows while it goes', () => {
  for (const name of limitNames) expect(metrics[name].grows).toBe(true)
  expect(limitNames).toEqual([
    'latencyMs',
    'inputTokens',
    'outputTokens',
    'totalTokens',
    'steps',
    'modelCalls',
    'toolCalls',
    'costUsd',
  ])
})
