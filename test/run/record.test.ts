import { expect, test } from 'vitest'
import { environmentKey } from '../../src/domain/environment.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { createSamples } from '../../src/domain/sample.ts'
import { summarize } from '../../src/domain/summary.ts'
import { recordOf } from '../../src/run/record.ts'
import { emptyTally, type Tally } from '../../src/run/tally.ts'
import { samplesOf, times } from '../domain/given.ts'
import { virtualClock } from '../virtual-clock.ts'
import { scenarioSetting } from './scenario-setting.ts'

const startedAt = new Date('2026-11-20T09:00:00.000Z')

function record(tally: Partial<Tally> = {}, more: Partial<Parameters<typeof recordOf>[0]> = {}): ExecutionRecord {
  const setting = scenarioSetting(virtualClock(), () => 'done', { cases: [{ input: 'a', expected: 'b', priority: 1 }] })
  const samples = createSamples(0)
  const resources = { durationMs: 0 }
  return recordOf({
    setting,
    startedAt,
    loadStartedAt: undefined,
    traces: [],
    advice: [],
    resources,
    summary: summarize(samples, resources, setting.plan.cases),
    samples,
    tally: { ...emptyTally(), ...tally },
    verdict: { status: 'pass', checks: [], warnings: [], findings: [] },
    comparability: { mode: 'live', model: '', load: 'concurrency 1', cases: setting.plan.caseHash },
    mistake: undefined,
    confirmedFrom: undefined,
    stop: undefined,
    ...more,
  })
}

test('the record holds no input and no expectation, for they may be secret or large', () => {
  expect(record().plan.cases).toEqual([{ name: 'a', category: undefined }])
})

test('models are in the order of their names', () => {
  expect(record({ models: new Set(['gpt-5', 'claude', 'gpt-4']) }).models).toEqual(['claude', 'gpt-4', 'gpt-5'])
})

test('what was spent is unknown as soon as the cost of one run is', () => {
  expect(record({ spentUsd: 1.5 }).spentUsd).toBe(1.5)
  expect(record().spentUsd).toBe(0)
  expect(record({ spentUsd: 1.5, unknownCosts: 1 }).spentUsd).toBeUndefined()
})

test('the time is that of the start, and the key that of the machine', () => {
  const { startedAt: written, environment, environmentKey: key, samples } = record()
  expect(written).toBe('2026-11-20T09:00:00.000Z')
  expect(key).toBe(environmentKey(environment))
  expect(samples).toBeUndefined()
})

test('runs that were made to confirm what looked worse are counted, and absent where none were', () => {
  const samples = samplesOf(times(25, () => ({})))
  expect(record({}, { samples, confirmedFrom: 10 }).confirmationRuns).toBe(15)
  expect(record({}, { samples }).confirmationRuns).toBeUndefined()
})
