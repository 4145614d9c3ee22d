import { describe, expect, test } from 'vitest'
import { planLine, progressLine } from '../../src/report/progress.ts'

const plan = { name: 'refund', cases: ['a', 'b', 'c', 'd'], runs: 20, warmup: 2, totalRuns: 80 }
const progress = { name: 'refund', done: 41, total: 80, failed: 2, elapsedMs: 21_000, p50Ms: 840, spentUsd: 0.21 }

describe('the plan of a scenario', () => {
  test('tells runs, time, cost and cap', () => {
    expect(planLine({ ...plan, msPerRun: 500, usdPerRun: 0.005, capUsd: 1.2 })).toBe(
      'refund: 4 cases × 20 runs + 2 warm-up = 82 runs, about 41 s, estimated $0.41 (from its baseline; $1.01 if a worsening has to be confirmed), cap $1.20',
    )
  })

  test('tells what confirming may cost: one and a half as many runs, and no warm-up', () => {
    const line = planLine({ ...plan, cases: ['a'], runs: 5, warmup: 3, totalRuns: 5, usdPerRun: 1 })
    expect(line).toContain('estimated $8.00 (from its baseline; $16.00 if a worsening has to be confirmed)')
  })

  test('tells nothing that it does not know', () => {
    expect(planLine(plan)).toBe('refund: 4 cases × 20 runs + 2 warm-up = 82 runs')
  })

  test('of one case without a warm-up is short', () => {
    expect(planLine({ ...plan, cases: ['a'], warmup: 0, totalRuns: 20 })).toBe('refund: 20 runs')
    expect(planLine({ ...plan, cases: ['a'], runs: 1, warmup: 1, totalRuns: 1 })).toBe(
      'refund: 1 run + 1 warm-up = 2 runs',
    )
  })

  test('of as many runs as it takes tells the most', () => {
    expect(planLine({ ...plan, mayStop: true })).toBe('refund: 4 cases × up to 20 runs + 2 warm-up = up to 82 runs')
    expect(planLine({ ...plan, cases: ['a'], warmup: 0, totalRuns: 20, mayStop: true })).toBe('refund: up to 20 runs')
  })

  test('takes less time with several runs in flight', () => {
    expect(planLine({ ...plan, msPerRun: 500, concurrency: 4 })).toContain('about 10 s')
  })
})

describe('the progress of a scenario', () => {
  test('tells how far it is, and how long it will take', () => {
    expect(progressLine(progress)).toBe('refund  41/80 runs  p50 840 ms  2 not ok  $0.21  about 20 s left')
  })

  test('tells nothing that it does not know', () => {
    expect(progressLine({ name: 'refund', done: 0, total: 80, failed: 0, elapsedMs: 900 })).toBe('refund  0/80 runs')
  })

  test('promises nothing when all is done', () => {
    expect(progressLine({ ...progress, done: 80 })).not.toContain('left')
  })

  test('tells that it still lives when nothing has happened for a while', () => {
    expect(progressLine({ ...progress, elapsedMs: 64_300, quietMs: 32_100 }, true)).toBe(
      'refund  41/80 runs  p50 840 ms  2 not ok  $0.21  about 61 s left  still running after 64 s  no run ended for 32 s',
    )
    expect(progressLine({ name: 'refund', done: 0, total: 80, failed: 0, elapsedMs: 31_000 }, true)).toBe(
      'refund  0/80 runs  still running after 31 s',
    )
  })
})
