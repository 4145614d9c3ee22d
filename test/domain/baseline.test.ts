import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  baselineValues,
  type Comparability,
  committedLines,
  comparedMetrics,
  differences,
  isOfAgent,
  lineOf,
  lowerIsBetter,
} from '../../src/domain/baseline.ts'
import type { BaselineMetric } from '../../src/domain/finding.ts'
import { outcomes } from '../../src/domain/sample.ts'
import { samplesOf, times } from './given.ts'

describe('lineOf', () => {
  test('a single steady case keeps its location, to twelve digits', () => {
    const given = fc.double({ min: 1e-6, max: 1e9, noNaN: true }).map((value) => Number(value.toPrecision(12)))
    fc.assert(
      fc.property(given, fc.integer({ min: 2, max: 30 }), (value, count) => {
        expect(lineOf('totalTokens', [times(count, () => value)])).toEqual({ n: count, location: value, within: 0 })
      }),
    )
  })

  test('what logarithms add to a whole number is not in a file', () => {
    for (let value = 1; value <= 2000; value++) expect(lineOf('steps', [[value, value]]).location).toBe(value)
  })

  test('steady cases of different size have no spread, and lie at their geometric mean', () => {
    const line = lineOf('totalTokens', [times(5, () => 100), times(5, () => 400), times(5, () => 1600)])
    expect(line).toEqual({ n: 15, location: expect.closeTo(400, 9), within: 0 })
  })

  // Python: math.exp(scipy.stats.trim_mean(numpy.log([1, 2, 4, 8, 1000]), 0.2))
  test('lies at the trimmed mean of the logarithms: one outlier of five does not move it', () => {
    expect(lineOf('workingMs', [[1000, 2, 1, 8, 4]]).location).toBeCloseTo(4, 12)
    expect(lineOf('workingMs', [[1e9, 2, 1, 8, 4]]).location).toBeCloseTo(4, 12)
  })

  // Python: statistics.stdev(map(math.log, [90, 100, 110, 120]))
  test('the spread is that of the logarithms', () => {
    expect(lineOf('workingMs', [[90, 100, 110, 120]]).within).toBeCloseTo(0.123_836_821_819_021, 12)
  })

  test('each case counts once, however many runs it has', () => {
    const line = lineOf('totalTokens', [times(2, () => 100), times(30, () => 400)])
    expect(line.location).toBeCloseTo(200, 9)
  })

  test('the difference between cases is no spread', () => {
    const around = (value: number) => times(10, (position) => value * (position % 2 === 0 ? 1.1 : 0.9))
    const one = lineOf('totalTokens', [around(100)])
    const many = lineOf('totalTokens', [around(100), around(10_000), around(7)])
    expect(many.within).toBeCloseTo(one.within ?? Number.NaN, 12)
  })

  test('one value says nothing of its spread', () => {
    expect(lineOf('totalTokens', [[100]])).toEqual({ n: 1, location: 100, within: undefined })
  })

  test('with one value for each case all of the difference counts as noise', () => {
    expect(lineOf('totalTokens', [[100], [400]]).within).toBeCloseTo(Math.log(4) / Math.SQRT2, 12)
  })

  test('cases without a value do not count', () => {
    expect(lineOf('totalTokens', [[], [100, 100], []])).toEqual({ n: 2, location: 100, within: 0 })
  })

  test('nothing but zeros lies at 0, exactly', () => {
    expect(lineOf('toolCalls', [times(5, () => 0), times(5, () => 0)])).toEqual({ n: 10, location: 0, within: 0 })
  })

  test('with a zero among them values count as they are, and the spread is a share of the location', () => {
    const line = lineOf('toolCalls', [[0, 2, 4]])
    expect(line).toEqual({ n: 3, location: 2, within: 1 })
  })

  test('success and scores are plain means', () => {
    expect(lineOf('successRatio', [times(20, (position) => (position < 19 ? 1 : 0))]).location).toBe(0.95)
    expect(lineOf('scores.polite', [[0.5, 1]]).location).toBe(0.75)
    expect(lineOf('successRatio', [[1, 1, 1]])).toEqual({ n: 3, location: 1, within: 0 })
  })

  const samples = fc.array(fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 }), {
    minLength: 1,
    maxLength: 5,
  })

  test('scales with the values: twice of everything lies twice as high and spreads as much', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const line = lineOf('workingMs', values)
        const twice = lineOf(
          'workingMs',
          values.map((one) => one.map((value) => value * 2)),
        )
        expect(twice.location / line.location).toBeCloseTo(2, 9)
        if (line.within !== undefined) expect(twice.within).toBeCloseTo(line.within, 9)
      }),
    )
  })

  test('does not depend on the order of the runs', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const line = lineOf('workingMs', values)
        const turned = lineOf(
          'workingMs',
          values.map((one) => one.toReversed()),
        )
        expect(turned.location).toBe(line.location)
        if (line.within !== undefined) expect(turned.within).toBeCloseTo(line.within, 9)
      }),
    )
  })

  test('never holds NaN or Infinity', () => {
    const metric = fc.constantFrom<BaselineMetric>('toolCalls', 'workingMs', 'successRatio', 'scores.polite')
    const value = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e12, noNaN: true }))
    const any = fc.array(fc.array(value, { maxLength: 8 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(metric, any, (name, values) => {
        fc.pre(values.some((one) => one.length > 0))
        const { location, within } = lineOf(name, values)
        expect(Number.isFinite(location)).toBe(true)
        if (within !== undefined) expect(Number.isFinite(within) && within >= 0).toBe(true)
      }),
    )
  })
})

describe('baselineValues', () => {
  const samples = samplesOf([
    { caseIndex: 0, endedAtMs: 100, firstTokenAtMs: 20, values: { inputTokens: 10, outputTokens: 5, waitingMs: 30 } },
    { caseIndex: 1, endedAtMs: 200, outcome: 'wrong', values: { inputTokens: 20 }, scores: { polite: 0.5 } },
    { caseIndex: 0, endedAtMs: 999, outcome: 'timeout', values: { inputTokens: 999 }, scores: { polite: 1 } },
    { caseIndex: 0, endedAtMs: 999, outcome: 'limit', values: { inputTokens: 999 } },
    { caseIndex: 0, endedAtMs: 1, outcome: 'error', values: { inputTokens: 999 } },
    { caseIndex: 1, endedAtMs: 1, outcome: 'infrastructure', values: { inputTokens: 999 } },
  ])

  test('are those of the runs that came to their end, by metric and case', () => {
    expect(baselineValues(samples, 2)).toEqual({
      successRatio: [[1, 0, 0, 0], [0]],
      workingMs: [[70], [200]],
      workingPerOutputTokenMs: [[14], []],
      ttftMs: [[20], []],
      inputTokens: [[10], [20]],
      outputTokens: [[5], []],
      totalTokens: [[15], []],
      'scores.polite': [[], [0.5]],
    })
  })

  test('a metric that no run knew is absent', () => {
    expect(Object.keys(baselineValues(samplesOf([{ outcome: 'infrastructure' }]), 1))).toEqual([])
    expect(Object.keys(baselineValues(samplesOf([{ outcome: 'error' }]), 1))).toEqual(['successRatio'])
  })

  test('success counts every run that the agent is answerable for', () => {
    const all = samplesOf(outcomes.map((outcome) => ({ outcome })))
    expect(baselineValues(all, 1).successRatio).toEqual([[1, 0, 0, 0, 0]])
  })

  test('a run that something else disturbed tells of the agent, and nothing of the machine', () => {
    const disturbed = samplesOf([
      { degraded: true, firstTokenAtMs: 5, values: { inputTokens: 10 }, scores: { polite: 1 } },
      { endedAtMs: 50, values: { inputTokens: 20 } },
    ])
    expect(baselineValues(disturbed, 1)).toEqual({
      successRatio: [[1, 1]],
      workingMs: [[50]],
      inputTokens: [[10, 20]],
      'scores.polite': [[1]],
    })
  })

  test('latency is compared without waiting for rate limits', () => {
    expect(comparedMetrics).toContain('workingMs')
    expect(comparedMetrics).not.toContain('latencyMs')
  })
})

describe('committedLines', () => {
  test('are those of the metrics of the agent: what depends on the machine stays out of version control', () => {
    const values = baselineValues(
      samplesOf([
        {
          firstTokenAtMs: 5,
          values: { inputTokens: 10, outputTokens: 2, steps: 1, modelCalls: 1, toolCalls: 0, costUsd: 0.1 },
          scores: { polite: 1 },
        },
      ]),
      1,
    )
    expect(Object.keys(values)).toEqual(expect.arrayContaining(['workingMs', 'ttftMs']))
    expect(Object.keys(committedLines(values))).toEqual([
      'successRatio',
      'inputTokens',
      'outputTokens',
      'totalTokens',
      'steps',
      'modelCalls',
      'toolCalls',
      'costUsd',
      'scores.polite',
    ])
  })

  test('are lines of the values', () => {
    const values = { steps: [[2, 2], [4]] }
    expect(committedLines(values)).toEqual({ steps: lineOf('steps', values.steps) })
  })

  test('a metric without a value has none', () => {
    expect(committedLines({ steps: [[], []] })).toEqual({})
  })
})

describe('whose a metric is, and which way is better', () => {
  test.for<[BaselineMetric, boolean, boolean]>([
    ['workingMs', false, true],
    ['ttftMs', false, true],
    ['inputTokens', true, true],
    ['steps', true, true],
    ['costUsd', true, true],
    ['cachedTokens', true, false],
    ['successRatio', true, false],
    ['scores.polite', true, false],
  ])('%s: of the agent %s, lower is better %s', ([metric, ofAgent, lower]) => {
    expect(isOfAgent(metric)).toBe(ofAgent)
    expect(lowerIsBetter(metric)).toBe(lower)
  })
})

describe('differences', () => {
  const one: Comparability = { mode: 'live', model: 'gpt-5-mini', load: 'concurrency 1', cases: 'abc' }

  test('two executions of the same may be compared', () => {
    expect(differences(one, { ...one })).toEqual([])
  })

  test.for<[Partial<Comparability>, string]>([
    [{ mode: 'replay' }, 'the mode changed from "live" to "replay"'],
    [{ model: 'gpt-5' }, 'the model changed from "gpt-5-mini" to "gpt-5"'],
    [{ load: 'concurrency 16' }, 'the load changed from "concurrency 1" to "concurrency 16"'],
    [{ cases: 'xyz' }, 'the cases changed'],
  ])('%j is told in words', ([more, words]) => {
    expect(differences(one, { ...one, ...more })).toEqual([words])
  })

  test('all of them are told', () => {
    expect(differences(one, { mode: 'replay', model: 'm', load: 'l', cases: 'c' })).toHaveLength(4)
  })

  test('what else a record says is nobody’s business', () => {
    expect(differences({ ...one, ...{ startedAt: 'then' } }, { ...one, ...{ startedAt: 'now' } })).toEqual([])
  })
})
