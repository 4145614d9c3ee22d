import { describe, expect, test } from 'vitest'
import {
  type BreakingPointOwn,
  breakingPointMistakes,
  searchOf,
} from '../../../src/run/options/breaking-point-options.ts'

/** Mistakes in `options`, as a person reads them. */
function told(options: object): string[] {
  return breakingPointMistakes(options as BreakingPointOwn).map(
    ({ path, expected, got, remedy }) =>
      `${path}: expected ${expected}, got ${got}.${remedy === undefined ? '' : ` ${remedy}`}`,
  )
}

const objectives = { responseTimeMs: { p95: 3_000 } }

describe('the options of a search', () => {
  test.for([
    { objectives },
    { objectives: { ...objectives, ttftMs: { p50: 500, mean: 700 }, failureRatio: 0 } },
    { objectives, maxConcurrency: 1, maxRatePerSecond: 0.5, maxRuns: 1, thresholds: { sustainedPerSecond: 0.1 } },
    { objectives, thresholds: {}, agent: () => 1, warmup: 0 },
  ])('are right: %o', (options) => {
    expect(told(options)).toEqual([])
  })

  test.for([
    [{}, ['objectives: expected an object, got undefined.']],
    [
      { objectives: {} },
      ['objectives: expected a bound on a metric, got none. Write `objectives: { responseTimeMs: { p95: 3_000 } }`.'],
    ],
    [
      { objectives: { failureRatio: 0.1, latencyMs: {} } },
      ['objectives: expected a bound on a metric, got none. Write `objectives: { responseTimeMs: { p95: 3_000 } }`.'],
    ],
    [{ objectives: { latencyMs: { p95: 0 } } }, ['objectives.latencyMs.p95: expected above 0, got 0.']],
    [{ objectives: { ...objectives, failureRatio: 1 } }, ['objectives.failureRatio: expected at most 0.99, got 1.']],
    [
      { objectives: { outputTokensPerSecond: { p50: 20 } } },
      ['objectives.outputTokensPerSecond: expected a metric of which less is better, got one of which more is.'],
    ],
    [{ objectives, maxConcurrency: 0 }, ['maxConcurrency: expected at least 1, got 0.']],
    [{ objectives, maxRatePerSecond: 0 }, ['maxRatePerSecond: expected above 0, got 0.']],
    [{ objectives, maxRuns: 1.5 }, ['maxRuns: expected a whole number, got 1.5.']],
    [
      { objectives, thresholds: { sustainedPerSecond: -1 } },
      ['thresholds.sustainedPerSecond: expected above 0, got -1.'],
    ],
    [
      { objectives, load: { concurrency: 2 }, runs: 3 },
      [
        'load: expected absent, for the search chooses the load, got a value.',
        'runs: expected absent, for the search chooses the load, got a value.',
      ],
    ],
  ] as const)('are wrong: %o', ([options, mistakes]) => {
    expect(told(options)).toEqual(mistakes)
  })

  test.for([
    [{ objectives: { latency: { p95: 1 } } }, /^objectives\.latency: /],
    [{ objectives: { latencyMs: { p75: 1 } } }, /^objectives\.latencyMs\.p75: /],
    [{ objectives: { latencyMs: { max: 1 } } }, /^objectives\.latencyMs\.max: /],
    [{ objectives, thresholds: { latencyMs: { p50: 1 } } }, /^thresholds\.latencyMs: /],
  ] as const)('are misspelt: %o', ([options, mistake]) => {
    const [first, ...others] = told(options)
    expect(first).toMatch(mistake)
    expect(others).toEqual([])
  })
})

describe('the search that options ask for', () => {
  test('has bounds of every metric and statistic, and usual caps', () => {
    expect(searchOf({ objectives: { ttftMs: { p50: 500 }, responseTimeMs: { p99: 9, mean: 3 } } })).toEqual({
      objectives: expect.arrayContaining([
        { metric: 'ttftMs', statistic: 'p50', bound: 500 },
        { metric: 'responseTimeMs', statistic: 'mean', bound: 3 },
        { metric: 'responseTimeMs', statistic: 'p99', bound: 9 },
      ]),
      maxConcurrency: 256,
      maxRatePerSecond: undefined,
      maxRuns: 10_000,
      maxCostUsd: undefined,
    })
  })

  test('has the share of failures last, also one of 0, and the caps that are given', () => {
    const given = { maxConcurrency: 8, maxRatePerSecond: 2, maxRuns: 100, spendUsd: 0.5 }
    expect(searchOf({ objectives: { ...objectives, failureRatio: 0 }, ...given })).toEqual({
      objectives: [
        { metric: 'responseTimeMs', statistic: 'p95', bound: 3_000 },
        { metric: 'failureRatio', bound: 0 },
      ],
      maxConcurrency: 8,
      maxRatePerSecond: 2,
      maxRuns: 100,
      maxCostUsd: 0.5,
    })
  })
})
