import { describe, expect, test } from 'vitest'
import { resilienceChecks, stressChecks, stressOf } from '../../../src/compare/study/resilience.ts'
import type { StressOutcome, UsualRuns } from '../../../src/domain/study/stress.ts'

const usual: UsualRuns = { concurrency: 2, runs: 40, p50Ms: 80, p95Ms: 100, modelCalls: 2 }
const bounds = { successRatio: 0.95, slowdownRatio: 3 }

const borne: StressOutcome = {
  scenario: 'highLoad',
  sentence: 'Much.',
  execution: 'e1',
  runs: 40,
  bounds,
  successRatio: 1,
  slowdownRatio: 2,
  score: 1,
}
const highLoadAdvice =
  'Let no more runs work at once than it bears, and have others wait in a queue with a bound. A `sweep` tells what they lose time to.'

describe('the checks of a kind of stress', () => {
  test('are none where its bounds are kept, at them too', () => {
    const at = { ...bounds, recoveryMs: 500 }
    expect(stressChecks(borne)).toEqual([])
    expect(
      stressChecks({ ...borne, bounds: at, successRatio: 0.95, slowdownRatio: 3, recovered: true, recoveryMs: 500 }),
    ).toEqual([])
  })

  test('say what was broken, from which step on, and what to do', () => {
    const broken = { ...borne, successRatio: 0.9, slowdownRatio: 4.26, breaksAt: '5 times the usual load' }
    expect(stressChecks(broken)).toEqual([
      {
        status: 'fail',
        code: 'threshold',
        subject: 'success (highLoad)',
        value: 0.9,
        bound: 0.95,
        unit: 'ratio',
        message: '90.0% of the runs were good, under 95.0%, from 5 times the usual load on.',
        remedy: highLoadAdvice,
      },
      {
        status: 'fail',
        code: 'threshold',
        subject: 'slow-down (highLoad)',
        value: 4.26,
        bound: 3,
        unit: 'ratio',
        message: 'p95 was 4.3 times the usual, over 3 times, from 5 times the usual load on.',
        remedy: highLoadAdvice,
      },
    ])
  })

  test('say how long it took, or that it never was', () => {
    const ending = { ...borne, scenario: 'failureRecovery', bounds: { ...bounds, recoveryMs: 500 } } as const
    const [late] = stressChecks({ ...ending, recovered: true, recoveryMs: 1_520 })
    expect(late).toMatchObject({
      subject: 'recovery (failureRecovery)',
      value: 1_520,
      bound: 500,
      unit: 'ms',
      message: 'Runs were as usual again only 1.52 s after it, over 500 ms.',
    })
    expect(late?.remedy).toMatch(/^Retry with a growing/)
    const [never] = stressChecks({ ...ending, recovered: false, watchedMs: 490 })
    expect(never?.message).toBe('After it, runs were not as usual again until the end; 500 ms are allowed.')
    expect(never?.value).toBeUndefined()
    expect(never?.remedy).toMatch(/^Look for what a failed call keeps: .* Retry with a growing/)
    expect(never?.status).toBe('fail')
    const open = stressChecks({ ...ending, recovered: false, watchedMs: 400 })
    expect(open).toMatchObject([{ status: 'inconclusive', subject: 'recovery (failureRecovery)', bound: 500 }])
    expect(open[0]?.message).toBe(
      'After it, runs were not as usual again within 400 ms, when the load ended; 500 ms are allowed.',
    )
  })

  test('tell of retries that are too many', () => {
    const told = (amplificationRatio: number) =>
      stressChecks({ ...borne, scenario: 'rateLimiting', successRatio: 0.5, amplificationRatio })[0]?.remedy
    expect(told(9.12)).toMatch(/It made 9\.1 times as many model calls as usual: bound its retries\.$/)
    expect(told(3)).not.toContain('model calls')
  })
})

describe('all kinds together', () => {
  const weak = { ...borne, scenario: 'sustained', slowdownRatio: 5, score: 0.6 } as const
  const weaker = { ...borne, scenario: 'rateLimiting', successRatio: 0.2, score: 0.2 } as const
  const looping = { ...borne, scenario: 'failureRecovery', amplificationRatio: 9 } as const

  test('score their mean', () => {
    const stress = stressOf(usual, [borne, weak, weaker])
    expect(stress.resilienceScore).toBeCloseTo(0.6, 12)
    expect(stress).toMatchObject({ usual, outcomes: [borne, weak, weaker] })
  })

  test('advise on the weakest point first, and last on what was borne by too many calls', () => {
    expect(stressOf(usual, [looping, borne, weak, weaker]).advice).toEqual([
      'rateLimiting: Retry with a growing, random delay, keep to Retry-After, and let runs share one limit.',
      'sustained: Look for what grows while it works: histories, caches, connections, timers. A `soak` tells whether memory does.',
      'failureRecovery: It made 9 times as many model calls as usual: bound its retries.',
    ])
    expect(stressOf(usual, [borne]).advice).toEqual([])
  })

  test('are judged by their score where that is asked for', () => {
    const stress = stressOf(usual, [borne, weak, weaker])
    expect(resilienceChecks(stress, undefined)).toEqual([])
    expect(resilienceChecks({ ...stress, resilienceScore: 0.6 }, 0.6)).toMatchObject([
      {
        status: 'pass',
        message: 'The resilience score of 3 kinds of stress is 0.60, at or above its threshold of 0.60.',
      },
    ])
    expect(resilienceChecks({ ...stress, resilienceScore: 0.6 }, 0.8)).toEqual([
      {
        status: 'fail',
        code: 'threshold',
        subject: 'resilience score',
        value: 0.6,
        bound: 0.8,
        unit: 'score',
        message: 'The resilience score of 3 kinds of stress is 0.60, under its threshold of 0.80.',
        remedy:
          'The weakest point is rateLimiting. Retry with a growing, random delay, keep to Retry-After, and let runs share one limit.',
      },
    ])
    expect(resilienceChecks(stressOf(usual, [borne]), 0.5)[0]?.message).toContain('of 1 kind of stress is 1.00')
  })
})
