import { expect, test } from 'vitest'
import { planScenario } from '../../src/domain/plan.ts'
import { presets } from '../../src/domain/presets.ts'
import { requireScenarioOptions } from '../../src/run/options/options.ts'
import { oneCase } from './given.ts'

const each = Object.entries(presets)

test.for(each)('%s is accepted as options of a scenario', ([, preset]) => {
  expect(() => requireScenarioOptions('refund', { ...preset, agent: () => 'done' })).not.toThrow()
})

test.for(each)('%s can be planned', ([, preset]) => {
  expect(planScenario('refund', preset, oneCase).runs).toBe(preset.runs)
})

test('lowLatency has the runs that a p95 takes', () => {
  const thresholds = { latencyMs: { p95: 4000 }, ttftMs: { p95: 800 } }
  expect(() => planScenario('refund', { ...presets.lowLatency, thresholds }, oneCase)).not.toThrow()
})

test('what follows a preset wins', () => {
  const options = { ...presets.quick, runs: 5 }
  expect(planScenario('refund', options, oneCase)).toMatchObject({ runs: 5, warmup: 0 })
})
