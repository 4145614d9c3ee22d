import { describe, expect, test } from 'vitest'
import type { Case } from '../../src/domain/case.ts'
import { distributionOf, quantileNames, statistics, supportOf } from '../../src/domain/distribution.ts'
import { outcomes } from '../../src/domain/sample.ts'
import { type GivenRun, oneCase, summaryOf, times } from './given.ts'

const took = (latencyMs: number, more: GivenRun = {}): GivenRun => ({ endedAtMs: latencyMs, ...more })
const oneTo = (count: number) => times(count, (position) => position + 1)

describe('distributionOf', () => {
  test('no values have no distribution', () => {
    expect(distributionOf([])).toBeUndefined()
    expect(distributionOf([], 12)).toBeUndefined()
  })

  // R: x <- 1:10; mean(x); sd(x); quantile(x, c(.5, .9, .95, .99), type = 7)
  test('its numbers are those of R', () => {
    expect(distributionOf([10, 1, 9, 2, 8, 3, 7, 4, 6, 5])).toMatchObject({
      n: 10,
      mean: 5.5,
      sd: expect.closeTo(3.02765, 5),
      min: 1,
      p50: 5.5,
      p90: expect.closeTo(9.1, 12),
      p95: expect.closeTo(9.55, 12),
      p99: expect.closeTo(9.91, 12),
      max: 10,
    })
  })

  test('one value has no spread', () => {
    expect(distributionOf([7])).toMatchObject({ n: 1, mean: 7, min: 7, p50: 7, p99: 7, max: 7, sd: undefined })
  })

  test('the values that were given are left as they are', () => {
    const values = [3, 1, 2]
    distributionOf(values)
    expect(values).toEqual([3, 1, 2])
  })

  test('there is no p99.9 under a thousand values: it would be the maximum under another name', () => {
    expect(distributionOf(oneTo(999))?.['p99.9']).toBeUndefined()
    expect(distributionOf(oneTo(1000))?.['p99.9']).toBeCloseTo(999.001, 9)
  })

  test('the interval of the p95 is absent at 58 values and present at 59', () => {
    expect(distributionOf(oneTo(58))?.intervals.p95).toBeUndefined()
    expect(distributionOf(oneTo(59))?.intervals.p95).toEqual({ low: expect.any(Number), high: 59 })
  })

  test('the interval of the median is absent at 5 values and present at 6', () => {
    expect(distributionOf(oneTo(5))?.intervals.p50).toBeUndefined()
    expect(distributionOf(oneTo(6))?.intervals.p50).toEqual({ low: 1, high: 6 })
  })

  test('the histogram holds every value', () => {
    const counts = distributionOf(oneTo(100))?.histogram.counts ?? []
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100)
  })

  test('what a limit stopped is counted, and the lowest of it is where values become lower bounds', () => {
    expect(distributionOf([1, 2, 9, 8], 0, [9, 8])).toMatchObject({ n: 4, censored: 2, censoredFrom: 8 })
    expect(distributionOf([1, 2])).toMatchObject({ censored: 0, censoredFrom: undefined })
  })
})

describe('supportOf', () => {
  test.for([
    ['mean', 1],
    ['min', 1],
    ['max', 1],
    ['p50', 5],
    ['p90', 29],
    ['p95', 59],
    ['p99', 299],
    ['p99.9', 2995],
  ] as const)('%s takes %d values', ([statistic, count]) => {
    expect(supportOf(statistic)).toBe(count)
  })

  test('every statistic has one', () => {
    expect(statistics).toEqual(['mean', 'min', ...quantileNames, 'max'])
  })
})

describe('summarize', () => {
  test('a run that a limit stopped enters at the time at which it was stopped, and is marked', () => {
    const summary = summaryOf([
      took(100),
      took(200),
      took(30_000, { outcome: 'timeout' }),
      took(50, { outcome: 'limit' }),
    ])
    expect(summary.metrics.latencyMs).toMatchObject({ n: 4, min: 50, max: 30_000, censored: 2, censoredFrom: 50 })
  })

  test('errors and what the infrastructure broke are counted, not timed', () => {
    const summary = summaryOf([
      took(100, { values: { inputTokens: 10 } }),
      took(1, { outcome: 'error', values: { inputTokens: 99 } }),
      took(2, { outcome: 'infrastructure', values: { inputTokens: 99 } }),
    ])
    expect(summary.runs).toBe(3)
    expect(summary.outcomes).toMatchObject({ ok: 1, error: 1, infrastructure: 1 })
    expect(summary.metrics.latencyMs).toMatchObject({ n: 1, mean: 100, missing: 0 })
    expect(summary.metrics.inputTokens).toMatchObject({ n: 1, mean: 10, missing: 0 })
  })

  test('wrong answers are timed', () => {
    expect(summaryOf([took(100), took(300, { outcome: 'wrong' })]).metrics.latencyMs).toMatchObject({ n: 2, mean: 200 })
  })

  test('the first token of a stopped run is no lower bound: it came or it did not', () => {
    const summary = summaryOf([took(500, { outcome: 'timeout', firstTokenAtMs: 40 }), took(100)])
    expect(summary.metrics.ttftMs).toMatchObject({ n: 1, missing: 1, censored: 0, max: 40 })
  })

  test('a run that did not know a value is counted as missing; a metric that none knew is absent', () => {
    const summary = summaryOf([{ values: { steps: 2 } }, {}, { values: { steps: 4 } }])
    expect(summary.metrics.steps).toMatchObject({ n: 2, missing: 1, mean: 3 })
    expect(summary.metrics.costUsd).toBeUndefined()
    expect('costUsd' in summary.metrics).toBe(false)
  })

  test('metrics per model call have a value for each call of the runs that are timed', () => {
    const summary = summaryOf([
      { calls: [{ modelTtftMs: 10, interTokenLatencyMs: 1 }, { modelTtftMs: 30 }] },
      { calls: [{ modelTtftMs: 50 }], outcome: 'wrong' },
      { calls: [{ modelTtftMs: 9000 }], outcome: 'error' },
      { calls: [{ modelTtftMs: 9000 }], outcome: 'infrastructure' },
    ])
    expect(summary.metrics.modelTtftMs).toMatchObject({ n: 3, missing: 0, mean: 30, max: 50 })
    expect(summary.metrics.interTokenLatencyMs).toMatchObject({ n: 1, missing: 2 })
    expect(summary.metrics.outputTokensPerSecond).toBeUndefined()
  })

  test('degraded runs are counted', () => {
    expect(summaryOf([{ degraded: true }, {}, { degraded: true }]).degraded).toBe(2)
  })

  test('metrics of the whole execution are absent when they were not measured', () => {
    const summary = summaryOf([{}, { outcome: 'wrong' }], oneCase, { durationMs: 500, peakRssBytes: 1e8 })
    expect(summary.scenario).toEqual({ successRatio: 0.5, runsPerSecond: 2, peakRssBytes: 1e8 })
  })

  test('an execution without runs has nothing but zeros', () => {
    expect(summaryOf([], oneCase, { durationMs: 0 })).toEqual({
      runs: 0,
      outcomes: Object.fromEntries(outcomes.map((outcome) => [outcome, 0])),
      degraded: 0,
      metrics: {},
      scenario: {},
      scores: {},
      cases: [],
      categories: [],
      turns: [],
      phases: [],
      tools: [],
    })
  })
})

describe('scores', () => {
  test('are those of the runs that answered; an answer without one is missing', () => {
    const summary = summaryOf([
      { scores: { polite: 1 } },
      { scores: { polite: 0.5 }, outcome: 'wrong' },
      {},
      { scores: { polite: 0 }, outcome: 'timeout' },
      { outcome: 'error' },
    ])
    expect(summary.scores.polite).toMatchObject({ n: 2, missing: 1, mean: 0.75, min: 0.5 })
  })

  test('a score that only runs without an answer have is absent', () => {
    expect(summaryOf([{ scores: { polite: 1 }, outcome: 'error' }]).scores).toEqual({})
  })
})

describe('cases and categories', () => {
  const cases: Case[] = [
    { name: 'a', input: 1, category: 'simple' },
    { name: 'b', input: 2, category: 'hard' },
    { name: 'c', input: 3, category: 'simple' },
    { name: 'd', input: 4 },
  ]
  const summary = summaryOf(
    [
      took(100, { caseIndex: 0, scores: { polite: 1 } }),
      took(200, { caseIndex: 1, outcome: 'wrong' }),
      took(300, { caseIndex: 2, calls: [{ modelTtftMs: 9 }] }),
      took(400, { caseIndex: 3, outcome: 'infrastructure' }),
      took(500, { caseIndex: 0, outcome: 'error' }),
    ],
    cases,
  )

  test('each case is summarized on its own runs, in the given order', () => {
    expect(summary.cases.map(({ name, category, successRatio }) => [name, category, successRatio])).toEqual([
      ['a', 'simple', 0.5],
      ['b', 'hard', 0],
      ['c', 'simple', 1],
      ['d', undefined, undefined],
    ])
    expect(summary.cases[0]?.metrics.latencyMs).toMatchObject({ n: 1, mean: 100 })
    expect(summary.cases[0]?.scores.polite).toMatchObject({ n: 1, mean: 1 })
    expect(summary.cases[3]?.metrics).toEqual({})
  })

  test('each category is summarized on the runs of its cases', () => {
    expect(summary.categories.map(({ name }) => name)).toEqual(['simple', 'hard'])
    expect(summary.categories[0]).toMatchObject({
      outcomes: { ok: 2, error: 1, infrastructure: 0 },
      successRatio: expect.closeTo(2 / 3, 12),
      metrics: { latencyMs: { n: 2, mean: 200 }, modelTtftMs: { n: 1, mean: 9 } },
    })
  })

  test('a single case is not told apart from the whole, but its category is', () => {
    const single = summaryOf([{}], [{ name: 'a', input: 1, category: 'simple' }])
    expect(single.cases).toEqual([])
    expect(single.categories).toHaveLength(1)
  })
})

describe('turns', () => {
  test('are gathered by name, in the order of their first', () => {
    const summary = summaryOf([
      {
        turns: [
          { name: 'ask', latencyMs: 10, ttftMs: 3 },
          { name: 'answer', latencyMs: 30 },
        ],
      },
      {
        turns: [
          { name: 'ask', latencyMs: 20 },
          { name: 'answer', latencyMs: 50 },
        ],
      },
    ])
    expect(summary.turns).toMatchObject([
      { name: 'ask', latencyMs: { n: 2, mean: 15 }, ttftMs: { n: 1, missing: 1, mean: 3 } },
      { name: 'answer', latencyMs: { n: 2, mean: 40 }, ttftMs: undefined },
    ])
  })

  test('a turn of a run that broke is not timed', () => {
    const summary = summaryOf([
      { turns: [{ name: 'ask', latencyMs: 10 }] },
      {
        outcome: 'error',
        turns: [
          { name: 'ask', latencyMs: 1 },
          { name: 'answer', latencyMs: 1 },
        ],
      },
      { outcome: 'infrastructure', turns: [{ name: 'ask', latencyMs: 90_000 }] },
    ])
    expect(summary.turns).toMatchObject([{ name: 'ask', latencyMs: { n: 1, mean: 10 } }])
  })
})
