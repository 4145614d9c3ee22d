import { describe, expect, test } from 'vitest'
import { stressNames } from '../../../src/domain/study/stress.ts'
import { askedStress, mistakeInStress, type StressOptions } from '../../../src/vitest/study/stress-options.ts'

const agent = () => 1
const optionsOf = (more: object) => ({ agent, ...more }) as unknown as StressOptions

describe('the options of a stress suite', () => {
  test.for([
    {},
    { concurrency: 4, durationMs: 500, thresholds: { resilienceScore: 0.8 } },
    {
      scenarios: { spike: false, highLoad: { slowdownRatio: 20 }, failureRecovery: { recoveryMs: 9, successRatio: 1 } },
    },
    { thresholds: {}, scenarios: {}, limits: { latencyMs: 5 }, warmup: 3, spendUsd: 1, cases: [{ input: 1 }] },
  ])('are right: %o', (options) => {
    expect(mistakeInStress('desk', optionsOf(options))).toBeUndefined()
  })

  test.for([
    [{ durationMs: 0 }, 'Expected durationMs to be above 0, got 0.'],
    [{ concurrency: 0 }, 'Expected concurrency to be at least 1, got 0.'],
    [{ concurrency: 1.5 }, 'Expected concurrency to be a whole number, got 1.5.'],
    [{ scenarios: { spikes: false } }, 'spikes'],
    [
      { scenarios: { spike: true } },
      'Expected scenarios.spike to be false, or { successRatio, slowdownRatio, recoveryMs }',
    ],
    [{ scenarios: { spike: { slowdownRatio: 0 } } }, 'slowdownRatio'],
    [{ scenarios: { spike: { successRatio: 1.1 } } }, 'successRatio'],
    [{ scenarios: { spike: { recoverMs: 5 } } }, 'Expected scenarios.spike'],
    [{ thresholds: { resilienceScore: 2 } }, 'Expected thresholds.resilienceScore to be at most 1, got 2.'],
    [{ thresholds: { latencyMs: { p50: 5 } } }, 'latencyMs'],
    [{ agent: 'me' }, 'Expected agent to be a function'],
    [{ warmUp: 1 }, 'warmUp'],
    ...[
      'id',
      'load',
      'runs',
      'runsPerSecond',
      'faults',
      'faultSeed',
      'baseline',
      'detect',
      'profile',
      'categories',
      'inconclusive',
    ].map(
      (name) =>
        [{ [name]: 1 }, `Expected ${name} to be absent, for each kind of stress has its own, got a value.`] as const,
    ),
  ] as const)('are wrong: %o', ([options, message]) => {
    const mistake = mistakeInStress('desk', optionsOf(options))
    expect(mistake?.code).toBe('BENCH_AGENT_OPTIONS')
    expect(mistake?.message).toContain('"desk"')
    expect(mistake?.message).toContain(message)
  })

  test('are told all at once', () => {
    const message = mistakeInStress('desk', optionsOf({ durationMs: -1, runs: 5 }))?.message ?? ''
    expect(message).toMatch(/durationMs[\s\S]*runs to be absent/)
  })
})

describe('what is asked for', () => {
  test('is all kinds, at ten seconds and one run at once, where nobody says otherwise', () => {
    const asked = askedStress(optionsOf({}))
    expect(asked.map(({ name }) => name)).toEqual(stressNames)
    expect(asked.find(({ name }) => name === 'largeInputs')?.load).toEqual({ concurrency: 1, durationMs: 10_000 })
  })

  test('is no kind that is left out, and bounds of one are changed alone', () => {
    const usual = askedStress(optionsOf({}))
    const scenarios = { highLoad: false, spike: { slowdownRatio: 2 }, sustained: {} } as const
    const asked = askedStress(optionsOf({ scenarios }))
    expect(asked.map(({ name }) => name)).toEqual(stressNames.slice(1))
    for (const { name, bounds } of asked) {
      const before = usual.find((one) => one.name === name)?.bounds
      expect(bounds).toEqual(name === 'spike' ? { ...before, slowdownRatio: 2 } : before)
    }
  })

  test('grows with `concurrency` and `durationMs`', () => {
    const asked = askedStress(optionsOf({ concurrency: 2, durationMs: 300 }))
    expect(asked.find(({ name }) => name === 'largeInputs')?.load).toEqual({ concurrency: 2, durationMs: 300 })
  })
})
