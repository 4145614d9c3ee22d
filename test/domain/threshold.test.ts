import { describe, expect, test } from 'vitest'
import type { Case } from '../../src/domain/case.ts'
import type { Check } from '../../src/domain/check.ts'
import { distributionOf } from '../../src/domain/distribution.ts'
import { metrics } from '../../src/domain/metric.ts'
import { distributionMetricNames, scenarioMetricNames } from '../../src/domain/metric-name.ts'
import type { Summary } from '../../src/domain/summary.ts'
import { checkCategory, checkThresholds, type Thresholds } from '../../src/domain/threshold.ts'
import { type GivenRun, oneCase, summaryOf, times } from './given.ts'

const took = (latencyMs: number, more: GivenRun = {}): GivenRun => ({ endedAtMs: latencyMs, ...more })

/** The only check besides that on success. */
function only(summary: Summary, thresholds: Thresholds): Check {
  const [check, ...rest] = checkThresholds(summary, thresholds).filter(({ code }) => code !== 'success')
  if (check === undefined || rest.length > 0) throw new Error(`expected one check, got ${rest.length + 1}`)
  return check
}

const empty = summaryOf([{}])
const valued = (values: number[]) => distributionOf(values)

describe('a threshold is the worst value allowed', () => {
  test.for(distributionMetricNames)('the mean of %s may be at it, and not beyond', (name) => {
    const summary: Summary = { ...empty, metrics: { [name]: valued([90, 110]) } }
    const beyond = metrics[name].better === 'lower' ? 99 : 101
    const within = metrics[name].better === 'lower' ? 101 : 99
    expect(only(summary, { [name]: { mean: 100 } }).status).toBe('pass')
    expect(only(summary, { [name]: { mean: within } }).status).toBe('pass')
    expect(only(summary, { [name]: { mean: beyond } })).toMatchObject({
      status: 'fail',
      code: 'threshold',
      subject: `${metrics[name].label} mean`,
      value: 100,
      bound: beyond,
      unit: metrics[name].unit,
    })
  })

  test.for(scenarioMetricNames.filter((name) => name !== 'successRatio'))('%s may be at it, and not beyond', (name) => {
    const summary: Summary = { ...empty, scenario: { ...empty.scenario, [name]: 100 } }
    const beyond = metrics[name].better === 'lower' ? 99 : 101
    expect(only(summary, { [name]: 100 }).status).toBe('pass')
    expect(only(summary, { [name]: beyond })).toMatchObject({ status: 'fail', value: 100, bound: beyond })
  })

  test('every statistic can have one', () => {
    const summary = summaryOf(times(3000, (position) => took(position + 1)))
    const worse = { mean: 1, min: 0.5, p50: 1, p90: 1, p95: 1, p99: 1, 'p99.9': 1, max: 1 }
    const checks = checkThresholds(summary, { latencyMs: worse }).filter(({ code }) => code === 'threshold')
    expect(checks.map(({ subject, status }) => `${subject} ${status}`)).toEqual(
      ['mean', 'min', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max'].map((name) => `latency ${name} fail`),
    )
  })

  test('every broken one is told, not only the first', () => {
    const checks = checkThresholds(summaryOf([took(500, { values: { steps: 9 }, outcome: 'wrong' })]), {
      latencyMs: { mean: 100, max: 200 },
      steps: { max: 3 },
    })
    expect(checks.map(({ status }) => status)).toEqual(['fail', 'fail', 'fail', 'fail'])
  })
})

describe('what a check says', () => {
  const cases: Case[] = [
    { name: 'a', input: 1 },
    { name: 'b', input: 2 },
  ]
  const summary = summaryOf(
    times(20, (position) => took(1000 + (position % 2) * 1000, { caseIndex: position % 2 })),
    cases,
  )

  test('a pass tells the value, the threshold and on how many values', () => {
    expect(only(summary, { latencyMs: { p50: 2000 } })).toEqual({
      status: 'pass',
      code: 'threshold',
      subject: 'latency p50',
      metric: 'latencyMs',
      value: 1500,
      bound: 2000,
      unit: 'ms',
      message: 'latency p50 is 1.5 s, within its threshold of 2 s (20 values).',
    })
  })

  test('a fail tells by how much, and which case is the worst', () => {
    expect(only(summary, { latencyMs: { p50: 1000 } })).toMatchObject({
      message: 'latency p50 is 1.5 s, over its threshold of 1 s (+50.0%, 20 values).',
      remedy: expect.stringMatching(/^The worst case is "b" \(mean 2 s\)\. /),
    })
  })

  test('a threshold of 0 has no percentage', () => {
    expect(only(summaryOf([{ values: { toolCalls: 2 } }]), { toolCalls: { max: 0 } }).message).toBe(
      'tool calls max is 2, over its threshold of 0 (1 value).',
    )
  })

  test('where higher is better, under is what breaks it', () => {
    expect(only({ ...empty, scenario: { successRatio: 1, runsPerSecond: 8 } }, { runsPerSecond: 10 }).message).toBe(
      'throughput is 8/s, under its threshold of 10/s (-20.0%).',
    )
  })

  test('growth of the heap is told per run', () => {
    const leaking: Summary = { ...empty, scenario: { successRatio: 1, heapGrowthBytes: 51 * 1024 } }
    expect(only(leaking, { heapGrowthBytes: 16_384 }).message).toBe(
      'heap growth is 51 KiB per run, over its threshold of 16 KiB (+218.8%).',
    )
    expect(only(leaking, { heapGrowthBytes: 1e6 }).message).toContain('51 KiB per run, within')
  })
})

describe('a metric under a threshold that is unknown', () => {
  test('fails, with what to do', () => {
    expect(only(empty, { totalTokens: { mean: 3000 } })).toMatchObject({
      status: 'fail',
      code: 'unknownMetric',
      subject: 'tokens mean',
      bound: 3000,
      message: 'tokens mean has a threshold of 3,000 tokens and is unknown: no run told it.',
      remedy: expect.stringContaining('run.usage'),
    })
  })

  test.for<[Thresholds, string]>([
    [{ ttftMs: { mean: 1 } }, 'stream'],
    [{ modelTtftMs: { mean: 1 } }, 'stream'],
    [{ interTokenLatencyMs: { mean: 1 } }, 'stream'],
    [{ costUsd: { mean: 1 } }, '`prices`'],
    [{ steps: { max: 1 } }, 'HTTP'],
    [{ cpuMs: { max: 1 } }, 'METHODOLOGY.md'],
    [{ heapGrowthBytes: 1 }, 'METHODOLOGY.md'],
    [{ runsPerSecond: 1 }, 'METHODOLOGY.md'],
    [{ scores: { polite: { mean: 0.8 } } }, '`score(name, value)`'],
  ])('%j is told what to do', ([thresholds, remedy]) => {
    const summary: Summary = { ...empty, scenario: { successRatio: 1 } }
    expect(only(summary, thresholds)).toMatchObject({
      status: 'fail',
      code: 'unknownMetric',
      remedy: expect.stringContaining(remedy),
    })
    expect(only(summary, thresholds).value).toBeUndefined()
  })

  const known = (count: number, of: number) =>
    summaryOf(times(of, (position) => (position < count ? { values: { steps: 2 } } : {})))

  test('in more than half of the runs fails too, however good the others are', () => {
    expect(only(known(9, 20), { steps: { max: 5 } })).toMatchObject({
      status: 'fail',
      code: 'unknownMetric',
      message: 'steps max has a threshold of 5 and is unknown: only 9 of 20 runs told it.',
    })
  })

  test('in half of them or fewer is judged on the others, and says so', () => {
    expect(only(known(10, 20), { steps: { max: 5 } })).toMatchObject({
      status: 'pass',
      message: 'steps max is 2, within its threshold of 5 (10 values, 10 unknown).',
    })
  })
})

describe('too few values', () => {
  test('a quantile that they cannot support is inconclusive when it holds', () => {
    expect(only(summaryOf(times(58, () => ({}))), { latencyMs: { p95: 200 } })).toMatchObject({
      status: 'inconclusive',
      code: 'threshold',
      value: 100,
      message: 'latency p95 is 100 ms, but 58 values cannot support it: it takes 59.',
      remedy: expect.any(String),
    })
    expect(only(summaryOf(times(59, () => ({}))), { latencyMs: { p95: 200 } }).status).toBe('pass')
  })

  test('and fails when it is broken', () => {
    expect(only(summaryOf([{}]), { latencyMs: { p95: 99 } }).status).toBe('fail')
  })

  test('a p99.9 that cannot be told at all is inconclusive, not unknown', () => {
    expect(only(summaryOf(times(900, () => ({}))), { latencyMs: { 'p99.9': 200 } })).toMatchObject({
      status: 'inconclusive',
      code: 'threshold',
      message: 'latency p99.9 cannot be told: 900 values cannot support it: it takes 2,995.',
    })
  })
})

describe('runs that a limit stopped', () => {
  const stopped = summaryOf([
    ...times(10, () => took(100, { values: { toolCalls: 1 } })),
    ...times(10, () => took(2000, { outcome: 'timeout', values: { toolCalls: 2 } })),
  ])

  test('make a broken threshold at least as broken', () => {
    expect(only(stopped, { latencyMs: { max: 1000 } })).toMatchObject({
      status: 'fail',
      message: 'latency max is ≥ 2 s, over its threshold of 1 s (+100.0%, 20 values).',
    })
  })

  test('a lower bound is within nothing: it cannot tell whether the threshold holds', () => {
    expect(only(stopped, { latencyMs: { max: 3000 } })).toMatchObject({
      status: 'inconclusive',
      code: 'threshold',
      value: 2000,
      message: 'latency max is ≥ 2 s, which cannot tell whether it holds 3 s: 10 runs of 20 ended at a limit.',
      remedy: expect.any(String),
    })
  })

  test('the mean has them in it, so it is a lower bound wherever it lies', () => {
    expect(only(stopped, { latencyMs: { mean: 1000 } }).message).toContain('≥ 1.05 s, over')
    expect(only(stopped, { latencyMs: { mean: 1100 } }).status).toBe('inconclusive')
  })

  test('quantiles below the first of them are exact', () => {
    expect(
      only(summaryOf([...times(15, () => took(100)), took(2000, { outcome: 'limit' })]), { latencyMs: { p50: 150 } }),
    ).toMatchObject({ status: 'pass', message: 'latency p50 is 100 ms, within its threshold of 150 ms (16 values).' })
    expect(only(stopped, { latencyMs: { min: 150 } }).status).toBe('pass')
  })

  test('where higher is better they prove what they reached', () => {
    expect(only(stopped, { toolCalls: { min: 1 } }).status).toBe('pass')
  })
})

describe('success', () => {
  const successOf = (thresholds: Thresholds, runs: GivenRun[]) =>
    checkThresholds(summaryOf(runs), thresholds).filter(({ code }) => code === 'success')

  test('must be whole where nothing is said of it', () => {
    expect(successOf({}, [{}, { outcome: 'wrong' }])).toMatchObject([{ status: 'fail', value: 0.5, bound: 1 }])
    expect(successOf({ successRatio: undefined }, [{}, { outcome: 'wrong' }])).toMatchObject([{ bound: 1 }])
    expect(successOf({ latencyMs: { max: 1e9 } }, [{}, {}])).toMatchObject([{ status: 'pass', value: 1 }])
  })

  test('may be less where that is said', () => {
    expect(successOf({ successRatio: 0.5 }, [{}, { outcome: 'wrong' }])).toMatchObject([{ status: 'pass', bound: 0.5 }])
    expect(successOf({ successRatio: 0 }, [{ outcome: 'wrong' }])).toMatchObject([{ status: 'pass', value: 0 }])
  })

  test('is unknown, and fails, when the infrastructure broke every run', () => {
    expect(successOf({ successRatio: 0 }, [{ outcome: 'infrastructure' }])).toMatchObject([{ status: 'fail' }])
  })
})

describe('a case that never succeeds', () => {
  const forty: Case[] = times(40, (position) => ({ name: `case ${position}`, input: position }))
  const oneDead = (runs: number, cases = forty) =>
    summaryOf(
      times(runs * cases.length, (position) => {
        const caseIndex = position % cases.length
        return { caseIndex, outcome: caseIndex === 7 ? 'error' : 'ok' }
      }),
      cases,
    )
  const failures = (checks: Check[]) => checks.filter(({ status }) => status === 'fail').map(({ subject }) => subject)

  test('is news, however many others succeed', () => {
    expect(failures(checkThresholds(oneDead(2), { successRatio: 0.95 }))).toEqual(['case "case 7"'])
  })

  test('is none where it may be chance', () => {
    expect(failures(checkThresholds(oneDead(1), { successRatio: 0.95 }))).toEqual([])
  })

  test('is judged by the success of its category where that has one of its own', () => {
    const cases = forty.map((one, position) => ({ ...one, category: position === 7 ? 'hard' : 'simple' }))
    const summary = oneDead(10, cases)
    const hard = summary.categories.find(({ name }) => name === 'hard')
    if (hard === undefined) throw new Error('expected the category hard')
    const categories = { hard: { successRatio: 0 }, simple: { latencyMs: { max: 1e9 } } }
    expect(failures(checkThresholds(summary, { successRatio: 0.95 }, categories))).toEqual([])
    expect(failures(checkCategory(hard, categories.hard, summary.cases))).toEqual([])
    expect(failures(checkCategory(hard, { successRatio: 0.5 }, summary.cases))).toEqual([
      'success in hard',
      'case "case 7"',
    ])
    expect(failures(checkThresholds(summary, { successRatio: 0.95 }, { simple: { successRatio: 1 } }))).toEqual([
      'case "case 7"',
    ])
  })
})

describe('success of cases that no category judges by its own', () => {
  const cases: Case[] = [
    { name: 'a', input: 1, category: 'simple' },
    { name: 'b', input: 2, category: 'hard' },
  ]
  const summary = summaryOf(
    times(20, (position): GivenRun => ({ caseIndex: position % 2, outcome: position % 2 === 0 ? 'ok' : 'wrong' })),
    cases,
  )
  const success = (thresholds: Thresholds, categories: Record<string, Thresholds>) =>
    checkThresholds(summary, thresholds, categories).filter(({ code }) => code === 'success')

  test('is judged alone where the scenario names none', () => {
    expect(success({}, { hard: { successRatio: 0 } })).toMatchObject([
      { status: 'pass', value: 1, bound: 1, message: 'success is 100% (10 of 10 runs ok).' },
    ])
  })

  test('is judged with the others where it does', () => {
    expect(success({ successRatio: 1 }, { hard: { successRatio: 0 } })).toMatchObject([{ status: 'fail', value: 0.5 }])
  })

  test('is nothing to judge where every case has one of its own', () => {
    const categories = { hard: { successRatio: 0 }, simple: { successRatio: 1 } }
    expect(success({}, categories)).toEqual([])
  })
})

describe('checkCategory', () => {
  const cases: Case[] = [
    { name: 'a', input: 1, category: 'simple' },
    { name: 'b', input: 2, category: 'simple' },
    { name: 'c', input: 3, category: 'hard' },
  ]
  const summary = summaryOf(
    times(30, (position) => took(100 * ((position % 3) + 1), { caseIndex: position % 3, scores: { polite: 0.5 } })),
    cases,
  )
  const simple = summary.categories[0]
  if (simple === undefined) throw new Error('expected a category')

  test('judges the runs of its cases only, and says where', () => {
    expect(checkCategory(simple, { latencyMs: { max: 150 } }, summary.cases)).toMatchObject([
      {
        status: 'fail',
        subject: 'latency max in simple',
        message: 'latency max in simple is 200 ms, over its threshold of 150 ms (+33.3%, 20 values).',
        remedy: expect.stringContaining('"b"'),
      },
    ])
  })

  test('asks for no success where nothing is said of it: the scenario does', () => {
    expect(checkCategory(simple, {}, summary.cases)).toEqual([])
    expect(checkCategory(simple, { successRatio: 0.9 }, summary.cases)).toMatchObject([
      { status: 'pass', subject: 'success in simple' },
    ])
  })

  test('judges scores', () => {
    expect(checkCategory(simple, { scores: { polite: { mean: 0.8 } } }, summary.cases)).toMatchObject([
      { status: 'fail', subject: 'score polite mean in simple', value: 0.5 },
    ])
  })
})

describe('scores', () => {
  const scored = summaryOf([0.25, 0.5, 0.75].map((polite) => ({ scores: { polite } })))

  test('are better when they are higher', () => {
    expect(only(scored, { scores: { polite: { mean: 0.5 } } })).toMatchObject({ status: 'pass', unit: 'score' })
    expect(only(scored, { scores: { polite: { min: 0.5 } } })).toMatchObject({
      status: 'fail',
      subject: 'score polite min',
      message: 'score polite min is 0.25, under its threshold of 0.5 (-50.0%, 3 values).',
    })
  })

  test('a score that answers lack is unknown', () => {
    const summary = summaryOf([{ scores: { polite: 1 } }, {}, {}], oneCase)
    expect(only(summary, { scores: { polite: { mean: 0.8 } } })).toMatchObject({ code: 'unknownMetric' })
  })
})
