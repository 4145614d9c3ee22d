import { describe, expect, test } from 'vitest'
import type { Case } from '../../src/domain/case.ts'
import { BenchAgentError } from '../../src/domain/errors.ts'
import {
  caseOfRun,
  executionLimitMs,
  looksOf,
  mostRuns,
  type Plannable,
  planScenario,
  quantileMistakes,
} from '../../src/domain/plan.ts'
import { times } from './given.ts'

const named = (...names: string[]): Case[] => names.map((name) => ({ name, input: name }))
const three = named('a', 'b', 'c')

/** The message of the error that planning throws. */
function refusal(options: Plannable, cases: readonly Case[]): string {
  try {
    planScenario('refund', options, cases)
  } catch (error) {
    if (error instanceof BenchAgentError) return error.message
    throw error
  }
  return 'it was planned'
}

describe('planScenario', () => {
  test('fills in what was not said', () => {
    expect(planScenario('refund', {}, named('a'))).toMatchObject({
      name: 'refund',
      runs: 10,
      warmup: 1,
      totalRuns: 10,
      load: { concurrency: 1 },
      limits: { latencyMs: 60_000 },
      thresholds: {},
      categories: {},
      hookTimeoutMs: 10_000,
      detect: {},
      spendUsd: undefined,
    })
    expect(planScenario('refund', {}, named('a')).looks).toBeUndefined()
  })

  test('plans the most runs of as many as it takes, and when to look', () => {
    const plan = planScenario('refund', { runs: { max: 50, stop: 'auto' }, detect: { latencyMs: 0.2 } }, three)
    expect(plan).toMatchObject({ runs: 50, totalRuns: 150, looks: [10, 20, 30, 40], detect: { latencyMs: 0.2 } })
    expect(planScenario('refund', { runs: { max: 5, stop: 'auto' } }, three).looks).toEqual([])
  })

  test('keeps what was said', () => {
    const options: Plannable = {
      runs: 20,
      warmup: 0,
      concurrency: 4,
      runsPerSecond: 2,
      limits: { latencyMs: 5000, steps: 15 },
      thresholds: { latencyMs: { p50: 800 } },
      hookTimeoutMs: 100,
      spendUsd: 1.2,
    }
    expect(planScenario('refund', options, three)).toMatchObject({
      runs: 20,
      warmup: 0,
      totalRuns: 60,
      load: { concurrency: 4, runsPerSecond: 2 },
      limits: { latencyMs: 5000, steps: 15 },
      thresholds: { latencyMs: { p50: 800 } },
      hookTimeoutMs: 100,
      spendUsd: 1.2,
    })
  })

  test('a limit besides does not lift the limit on the time', () => {
    expect(planScenario('refund', { limits: { steps: 3 } }, three).limits).toEqual({ steps: 3, latencyMs: 60_000 })
  })

  test('no cases are a mistake, and nothing is said about thresholds on them', () => {
    const message = refusal({ thresholds: { latencyMs: { p95: 1 } }, categories: { simple: {} } }, [])
    expect(message).toMatch(/^One mistake in the scenario "refund"/)
    expect(message).toContain('Expected cases to be at least one case, got none.')
    expect(message).not.toContain('Infinity')
  })

  test('every name that is used twice is told, with the first that has it', () => {
    const message = refusal({}, named('a', 'b', 'a', 'b', 'a'))
    expect(message).toMatch(/^3 mistakes in the scenario "refund"/)
    expect(message).toContain('Expected cases[2].name to be unique, got "a", the name of cases[0] too.')
    expect(message).toContain('cases[3].name')
    expect(message).toContain('Expected cases[4].name to be unique, got "a", the name of cases[0] too.')
  })
})

describe('looksOf', () => {
  test.each([
    [50, [10, 20, 30, 40]],
    [20, [5, 10, 15]],
    [12, [5, 10]],
    [51, [11, 22, 33, 44]],
    [6, [5]],
    [5, []],
    [1, []],
  ])('of %d rounds come after a fifth each, and not before five', (most, looks) => {
    expect(looksOf(most)).toEqual(looks)
  })
})

test('mostRuns is what runs says, or may say at most', () => {
  expect([undefined, 7, { max: 50, stop: 'auto' } as const].map(mostRuns)).toEqual([10, 7, 50])
})

describe('the order of the runs', () => {
  const order = (cases: Case[], runs: number) => {
    const plan = planScenario('refund', { runs }, cases)
    return times(plan.totalRuns ?? 0, (index) => plan.cases[caseOfRun(plan, index)]?.name).join('')
  }

  test('goes round-robin over the cases', () => {
    expect(order(three, 3)).toBe('abcabcabc')
  })

  test('takes a higher priority first in each round, and keeps the given order where it is the same', () => {
    const cases = [...three, { name: 'd', input: 1, priority: 5 }, { name: 'e', input: 1, priority: -1 }]
    expect(order(cases, 2)).toBe('dabcedabce')
  })

  test('the cases themselves stay in the given order', () => {
    const cases = [...three, { name: 'd', input: 1, priority: 5 }]
    const plan = planScenario('refund', {}, cases)
    expect(plan.cases).toEqual(cases)
    expect(plan.order).toEqual([3, 0, 1, 2])
  })

  test('the runs before the first are warm-up, and stay on the cases too', () => {
    const plan = planScenario('refund', {}, three)
    expect([-1, -2, -3, -4].map((index) => caseOfRun(plan, index))).toEqual([2, 1, 0, 2])
  })
})

describe('the number of runs that a quantile takes', () => {
  test.for([
    ['p50', 5],
    ['p90', 29],
    ['p95', 59],
    ['p99', 299],
    ['p99.9', 2995],
  ] as const)('a threshold on %s takes %d', ([name, needed]) => {
    const options = (runs: number) => ({ runs, thresholds: { latencyMs: { [name]: 1 } } })
    expect(quantileMistakes(options(needed), named('a'), needed)).toEqual([])
    expect(quantileMistakes(options(needed - 1), named('a'), needed - 1)).toEqual([
      {
        path: `thresholds.latencyMs.${name}`,
        expected: `judged on at least ${needed} runs`,
        got: `${needed - 1} (1 × ${needed - 1})`,
        remedy: `Set \`runs: ${needed}\`, or judge p50, mean or max.`,
      },
    ])
  })

  test('as many as it takes are enough when the most are, and the remedy names that option', () => {
    const options = (max: number): Plannable => ({
      runs: { max, stop: 'auto' },
      thresholds: { latencyMs: { p95: 4000 } },
    })
    expect(refusal(options(59), named('a'))).toBe('it was planned')
    expect(refusal(options(50), named('a'))).toContain('Set `max: 59`')
  })

  test('the runs of all cases count, and the remedy tells the runs of each', () => {
    const message = refusal({ runs: 19, thresholds: { latencyMs: { p95: 4000 } } }, three)
    expect(message).toContain('Expected thresholds.latencyMs.p95 to be judged on at least 59 runs, got 57 (3 × 19).')
    expect(message).toContain('Set `runs: 20`')
    expect(refusal({ runs: 20, thresholds: { latencyMs: { p95: 4000 } } }, three)).toBe('it was planned')
  })

  test.for(['mean', 'min', 'max'] as const)('a threshold on %s takes one', (statistic) => {
    expect(quantileMistakes({ thresholds: { steps: { [statistic]: 1 } } }, named('a'), 1)).toEqual([])
  })

  test('scores are judged by the same rule', () => {
    expect(quantileMistakes({ thresholds: { scores: { polite: { p95: 0.9 } } } }, three, 10)).toMatchObject([
      { path: 'thresholds.scores.polite.p95' },
    ])
  })

  test('a category has the runs of its own cases only', () => {
    const cases: Case[] = [...three, { name: 'd', input: 1, category: 'hard' }]
    const options: Plannable = {
      thresholds: { latencyMs: { p95: 1 } },
      categories: { hard: { latencyMs: { p95: 1 }, successRatio: 0.9 } },
    }
    expect(quantileMistakes(options, cases, 15)).toMatchObject([
      { path: 'categories.hard.latencyMs.p95', got: '15 (1 × 15)', remedy: expect.stringContaining('`runs: 59`') },
    ])
  })

  test('a category that no case has is a mistake', () => {
    const message = refusal({ categories: { hrad: { latencyMs: { mean: 1 } } } }, three)
    expect(message).toContain('Expected categories.hrad to be the category of a case, got one that no case has.')
  })

  test('several mistakes come in one error', () => {
    const message = refusal(
      { runs: 2, thresholds: { latencyMs: { p95: 1, p99: 2 }, ttftMs: { p90: 1 } }, categories: { x: {} } },
      [...three, ...named('a')],
    )
    expect(message).toMatch(/^5 mistakes/)
  })

  test('thresholds that are unset ask for nothing', () => {
    expect(quantileMistakes({ thresholds: { latencyMs: undefined, ttftMs: { p99: undefined } } }, three, 1)).toEqual([])
  })
})

describe('a load that time ends', () => {
  const timed = { load: { ratePerSecond: 20, durationMs: 5_000 }, thresholds: { latencyMs: { p95: 9 } } } as const

  test('says how many runs there are where its rate does, and none of each case', () => {
    expect(planScenario('refund', timed, three)).toMatchObject({
      totalRuns: 100,
      load: { arrival: 'constant', seed: 1 },
    })
    expect(planScenario('refund', timed, three).runs).toBeUndefined()
  })

  test('leaves the number open where it hangs on how long runs take', () => {
    const { runs, totalRuns } = planScenario('refund', { load: { concurrency: 4, durationMs: 5_000 } }, three)
    expect([runs, totalRuns]).toEqual([undefined, undefined])
  })

  test('a number of runs ends a rate that says no time', () => {
    expect(planScenario('refund', { runs: 7, load: { ratePerSecond: 20 } }, three)).toMatchObject({
      runs: 7,
      totalRuns: 21,
    })
  })

  test('parts of a rate share its runs out', () => {
    const parts = [1, 2, 3, 4].map((index) =>
      planScenario('refund', { runs: 7, load: { ratePerSecond: 20, segment: `${index}/4` } }, three),
    )
    expect(parts.map(({ totalRuns }) => totalRuns)).toEqual([6, 5, 5, 5])
  })

  test('takes as long as it starts runs, and as the last of them, once more and a half to confirm', () => {
    const plan = planScenario('refund', { ...timed, warmup: 0, limits: { latencyMs: 1000 }, hookTimeoutMs: 100 }, three)
    expect(executionLimitMs(plan)).toBe((5_000 + 1_300) * 2.5 + 30_000)
  })
})

describe('executionLimitMs', () => {
  const plan = planScenario('refund', { runs: 20, warmup: 2, limits: { latencyMs: 1000 }, hookTimeoutMs: 100 }, three)

  test('is every run at its limit with its three hooks, one and a half as many to confirm, and half a minute', () => {
    expect(executionLimitMs(plan)).toBe((2 + 150) * 1300 + 30_000)
  })

  test('is longer by the runs that are made again under a profiler', () => {
    const profile = { slowerThanMs: 500, slowest: 4 }
    expect(executionLimitMs({ ...plan, profile })).toBe((2 + 150 + 4) * 1300 + 30_000)
    expect(planScenario('refund', { profile: { slowerThanMs: 500 } }, three).profile).toEqual({
      slowerThanMs: 500,
      slowest: 3,
    })
    expect(plan.profile).toBeUndefined()
  })

  test('runs at once share the time; a rate adds what it waits', () => {
    expect(executionLimitMs({ ...plan, load: { concurrency: 10 } })).toBe((2 + 15) * 1300 + 30_000)
    expect(executionLimitMs({ ...plan, load: { concurrency: 10, runsPerSecond: 0.5 } })).toBe(
      (2 + 15) * 1300 + 300_000 + 30_000,
    )
  })
})
