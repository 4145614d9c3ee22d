import { expect, test } from 'vitest'
import { breachOf } from '../../src/report/breach.ts'
import { thresholdCheck } from './given.ts'
import { recordOf } from './sessions.ts'

test('a breach is told as what was found, what is allowed and how far it is beyond', () => {
  expect(breachOf(thresholdCheck('latencyMs', 'latency p95', { value: 4_800, bound: 4_000, unit: 'ms' }))).toEqual({
    found: '4.8 s',
    allowed: 'at most 4 s',
    beyond: 'over 4 s',
    change: '+20.0%',
    excessRatio: expect.closeTo(0.2),
  })
  expect(
    breachOf(thresholdCheck('successRatio', 'success', { code: 'success', value: 0.8, bound: 0.95, unit: 'ratio' })),
  ).toMatchObject({
    allowed: 'at least 95.0%',
    beyond: 'under 95.0%',
    change: '-15.0 points',
  })
})

test('a value that is a lower bound is found as one', () => {
  const [check] = recordOf('timeouts').verdict.checks.filter(({ status }) => status === 'fail')
  expect(check === undefined ? undefined : breachOf(check)?.found).toBe('≥ 5 s')
})

test('there is none without a threshold that is broken by a number', () => {
  expect(
    breachOf(thresholdCheck('latencyMs', 'latency p95', { status: 'pass', value: 1, bound: 2, unit: 'ms' })),
  ).toBeUndefined()
  expect(
    breachOf(thresholdCheck('totalTokens', 'tokens', { code: 'regression', value: 3, bound: 2, unit: 'tokens' })),
  ).toBeUndefined()
  expect(
    breachOf(thresholdCheck('costUsd', 'cost mean', { code: 'unknownMetric', bound: 2, unit: 'usd' })),
  ).toBeUndefined()
  expect(
    breachOf(thresholdCheck('successRatio', 'success', { code: 'success', bound: 1, unit: 'ratio' })),
  ).toBeUndefined()
})

test('a bound of 0 is passed beyond every share', () => {
  const breach = breachOf(thresholdCheck('toolCalls', 'tool calls max', { value: 1, bound: 0, unit: 'count' }))
  expect(breach).toMatchObject({ change: 'from 0', excessRatio: Number.MAX_VALUE })
})
